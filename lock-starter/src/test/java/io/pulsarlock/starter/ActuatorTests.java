package io.pulsarlock.starter;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.jayway.jsonpath.JsonPath;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.observation.LockAcquireObservationContext;
import io.pulsarlock.observation.LockHoldObservationContext;
import io.pulsarlock.observation.LockObservationContext.Kind;
import io.pulsarlock.observation.LockObservations;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests health, endpoint, info and meters of an application with locks on a real broker,
 * over HTTP.
 */
class ActuatorTests {

	private static final String CLUSTER = "c" + UUID.randomUUID();

	private static final DocumentedPage METRICS = new DocumentedPage(Path.of("../docs/metrics.md"));

	@TempDir
	private static Path folder;

	private static final HttpClient client = HttpClient.newHttpClient();

	private static ConfigurableApplicationContext administered;

	private static ConfigurableApplicationContext readable;

	private static LockNode other;

	@BeforeAll
	static void start() throws Exception {
		other = node("b");
		Path histogram = Files.writeString(folder.resolve("histogram.yml"),
				METRICS.all("Quantiles need a histogram:\n\n```yaml\n(.*?)```").get(0));
		administered = application("management.endpoint.pulsarlocks.access=unrestricted",
				"spring.config.additional-location=" + histogram.toUri());
		readable = application();
		other.awaitJoined(Duration.ofSeconds(30));
	}

	private static ConfigurableApplicationContext application(String... properties) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.jmx.enabled=false", "management.endpoints.web.exposure.include=*",
					"management.endpoint.health.show-details=always", "management.info.pulsarleader.enabled=true")
			.properties(properties)
			.run();
	}

	@AfterAll
	static void stop() {
		SpringApplication.exit(administered);
		SpringApplication.exit(readable);
		other.close();
	}

	@Test
	void healthIsUpWithTheSessionsOfTheNode() throws Exception {
		HttpResponse<String> health = get("/actuator/health/pulsarLock");
		assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
		assertThat(JsonPath.<String>read(health.body(), "$.status")).isEqualTo("UP");
		assertThat(JsonPath.<Integer>read(health.body(), "$.details.sessions")).isEqualTo(2);
	}

	@Test
	void viewShowsWhoHoldsAndWhoWaits() throws Exception {
		LockRegistry mine = registry();
		try (LockHandle held = mine.obtain("stock/42 é").acquire(Duration.ofSeconds(10))) {
			Thread waiting = new Thread(() -> {
				try {
					other.obtain("stock/42 é").acquire(Duration.ofSeconds(30)).close();
				}
				catch (InterruptedException ex) {
					// The test is over.
				}
			});
			waiting.start();
			String path = "/actuator/pulsarlocks/locks?name=" + encoded("stock/42 é");
			await().untilAsserted(() -> assertThat(JsonPath.<List<String>>read(get(path).body(), "$.waiting[*].node"))
				.containsExactly("b"));
			String lock = get(path).body();
			assertThat(JsonPath.<String>read(lock, "$.name")).isEqualTo("stock/42 é");
			assertThat(JsonPath.<String>read(lock, "$.holder.node")).isEqualTo("a");
			assertThat(JsonPath.<Boolean>read(lock, "$.holder.own")).isTrue();
			assertThat(JsonPath.<Object>read(lock, "$.holder.token")).as("text: JavaScript rounds larger numbers")
				.isEqualTo(Long.toString(held.fencingToken()));
			assertThat(JsonPath.<String>read(lock, "$.heldFor")).startsWith("PT");
			String view = get("/actuator/pulsarlocks").body();
			assertThat(JsonPath.<List<String>>read(view, "$.locks[*].name")).contains("stock/42 é");
			assertThat(JsonPath.<List<String>>read(view, "$.sessions[*].node")).contains("a", "b");
			waiting.interrupt();
			waiting.join();
		}
	}

	@Test
	void restIsShownByEveryNodeAndEnded() throws Exception {
		try (LockHandle held = other.obtain("resting").acquire(Duration.ofSeconds(10))) {
			held.restFor(Duration.ofHours(1)).join();
		}
		String path = "/actuator/pulsarlocks/rests?name=resting";
		await().untilAsserted(() -> assertThat(get(path).statusCode()).isEqualTo(200));
		assertThat(JsonPath.<String>read(get(path).body(), "$.remaining")).startsWith("PT59M");
		assertThat(JsonPath.<List<String>>read(get("/actuator/pulsarlocks").body(), "$.resting[*].name"))
			.containsExactly("resting");
		assertThat(registry().obtain("resting").tryAcquire()).isEmpty();
		assertThat(delete(path).statusCode()).isEqualTo(200);
		assertThat(delete(path).statusCode()).isEqualTo(404);
		registry().obtain("resting").tryAcquire().orElseThrow().close();
	}

	@Test
	void claimedFireTimeIsForgotten() throws Exception {
		LeaderGroup group = leadership().group("jobs");
		await().until(group::isLeader);
		Instant time = Instant.parse("2026-11-29T06:00:00Z");
		assertThat(group.claim("report.send", time.plusSeconds(1_000_000))).isTrue();
		assertThat(group.claim("report.send", time)).isFalse();
		assertThat(get("/actuator/pulsarlocks/firetimes?name=report.send").statusCode()).isEqualTo(404);
		assertThat(delete("/actuator/pulsarlocks/firetimes?name=report.send").statusCode()).isEqualTo(200);
		assertThat(delete("/actuator/pulsarlocks/firetimes?name=report.send").statusCode()).isEqualTo(404);
		assertThat(group.claim("report.send", time)).isTrue();
	}

	@Test
	void lockNobodyHasIsNotFound() throws Exception {
		assertThat(get("/actuator/pulsarlocks/locks?name=nobody").statusCode()).isEqualTo(404);
		assertThat(delete("/actuator/pulsarlocks/locks?name=nobody").statusCode()).isEqualTo(404);
		assertThat(delete("/actuator/pulsarlocks/sessions?name=nobody").statusCode()).isEqualTo(404);
		assertThat(delete("/actuator/pulsarlocks/groups?name=nobody").statusCode()).isEqualTo(404);
		assertThat(delete("/actuator/pulsarlocks/planets?name=mars").statusCode()).isEqualTo(400);
	}

	@Test
	void stuckLockIsReleasedWhenItsHolderHasBeenTold() throws Exception {
		LockHandle held = registry().obtain("stuck").acquire(Duration.ofSeconds(10));
		CountDownLatch told = new CountDownLatch(1);
		AtomicReference<LockLoss> loss = new AtomicReference<>();
		held.onLost((lost) -> {
			loss.set(lost);
			told.countDown();
		});
		HttpResponse<String> response = delete("/actuator/pulsarlocks/locks?name=stuck");
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		assertThat(held.isHeld()).isFalse();
		try (LockHandle next = other.obtain("stuck").acquire(Duration.ofSeconds(10))) {
			assertThat(next.isHeld()).isTrue();
		}
		assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(loss.get().reason()).isEqualTo(LockLoss.Reason.RELEASED_BY_ADMINISTRATOR);
		await().untilAsserted(() -> assertThat(get("/actuator/prometheus").body()).containsPattern(
				"pulsar_lock_lost_total\\{lock_kind=\"lock\",reason=\"released_by_administrator\"} [1-9]"));
	}

	@Test
	void lockOfAnotherNodeIsReleased() throws Exception {
		LockHandle held = other.obtain("theirs").acquire(Duration.ofSeconds(10));
		AtomicReference<LockLoss> loss = new AtomicReference<>();
		held.onLost(loss::set);
		String path = "/actuator/pulsarlocks/locks?name=theirs";
		await().untilAsserted(() -> assertThat(get(path).statusCode()).isEqualTo(200));
		assertThat(delete(path).statusCode()).isEqualTo(200);
		assertThat(held.isHeld()).isFalse();
		assertThat(get(path).statusCode()).isEqualTo(404);
		await()
			.untilAsserted(() -> assertThat(loss.get().reason()).isEqualTo(LockLoss.Reason.RELEASED_BY_ADMINISTRATOR));
	}

	@Test
	void sessionThatSpeaksOrIsOurOwnIsNotExpelled() throws Exception {
		String view = get("/actuator/pulsarlocks").body();
		for (String own : new String[] { "true", "false" }) {
			List<String> ids = JsonPath.read(view, "$.sessions[?(@.own == " + own + ")].id");
			assertThat(ids).isNotEmpty();
			HttpResponse<String> response = delete("/actuator/pulsarlocks/sessions?name=" + ids.get(0));
			assertThat(response.statusCode()).isEqualTo(409);
			assertThat(JsonPath.<String>read(response.body(), "$.reason"))
				.contains(own.equals("true") ? "this node's own" : "not been silent for long enough");
		}
	}

	@Test
	void leaderResignsAndTheNextOneLeads() throws Exception {
		LeaderGroup mine = leadership().group("jobs");
		await().until(mine::isLeader);
		assertThat(JsonPath.<Boolean>read(get("/actuator/info").body(), "$.pulsarLeader.jobs.isLeader")).isTrue();
		assertThat(JsonPath.<Object>read(get("/actuator/info").body(), "$.pulsarLeader.jobs.term"))
			.isEqualTo(Long.toString(mine.term().orElseThrow()));
		LeaderGroup theirs = other.leadership().group("jobs");
		await().until(() -> theirs.participants().size() == 2);
		assertThat(delete("/actuator/pulsarlocks/groups?name=jobs").statusCode()).isEqualTo(200);
		await().until(theirs::isLeader);
		await().until(() -> mine.participants().size() == 2);
		assertThat(delete("/actuator/pulsarlocks/groups?name=jobs").statusCode()).isEqualTo(200);
		await().until(mine::isLeader);
	}

	@Test
	void nothingCanBeEndedUnlessAccessIsUnrestricted() throws Exception {
		int port = port(readable);
		try (LockHandle held = readable.getBean(LockRegistry.class).obtain("safe").acquire(Duration.ofSeconds(10))) {
			HttpResponse<String> response = send(port, "DELETE", "/actuator/pulsarlocks/locks?name=safe");
			assertThat(response.statusCode()).isIn(404, 405);
			assertThat(held.isHeld()).isTrue();
			assertThat(send(port, "GET", "/actuator/pulsarlocks/locks?name=safe").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void everyMetricOfTheDashboardExists() throws Exception {
		Set<String> published = published();
		Set<String> used = new TreeSet<>();
		String dashboard = Files.readString(Path.of("../docs/grafana-dashboard.json"));
		JsonPath.<List<String>>read(dashboard, "$.panels[*].targets[*].expr")
			.forEach((expr) -> used.addAll(names(expr)));
		assertThat(used).hasSizeGreaterThan(15);
		assertThat(published).containsAll(used);
		assertThat(JsonPath.<List<Integer>>read(dashboard, "$.panels[*].id")).doesNotHaveDuplicates();
	}

	@Test
	void everyMetricOfTheDocumentedQueriesExists() throws Exception {
		Set<String> used = new TreeSet<>();
		METRICS.all("```promql\n(.*?)```").forEach((query) -> used.addAll(names(query)));
		new DocumentedPage(Path.of("../docs/why-not-simply.md")).all("\\| `([a-z]+\\([^`]+)` \\|")
			.forEach((query) -> used.addAll(names(query)));
		new DocumentedPage(Path.of("../docs/operations.md")).all("\\| `([^`]*pulsar_[^`]+)`")
			.forEach((query) -> used.addAll(names(query)));
		assertThat(used).contains("pulsar_lock_requests_total", "pulsar_lock_releases_total",
				"pulsar_lock_wait_seconds_bucket");
		assertThat(published()).containsAll(used);
	}

	@Test
	void rateOfRequestsAndReleasesAndWaitingTimeArePublished() throws Exception {
		double requests = value("pulsar_lock_requests_total");
		double releases = value("pulsar_lock_releases_total");
		double waits = value("pulsar_lock_wait_seconds_count{lock_kind=\"lock\"}");
		registry().obtain("measured").acquire(Duration.ofSeconds(10)).close();
		await().untilAsserted(() -> {
			assertThat(value("pulsar_lock_requests_total")).isGreaterThan(requests);
			assertThat(value("pulsar_lock_releases_total")).isGreaterThan(releases);
			assertThat(value("pulsar_lock_wait_seconds_count{lock_kind=\"lock\"}")).isGreaterThan(waits);
		});
	}

	private static double value(String sample) throws Exception {
		return get("/actuator/prometheus").body()
			.lines()
			.filter((line) -> line.startsWith(sample + ' '))
			.mapToDouble((line) -> Double.parseDouble(line.substring(sample.length() + 1)))
			.sum();
	}

	/** The names of all meters after use. */
	private static Set<String> published() throws Exception {
		ObservationRegistry observations = administered.getBean(ObservationRegistry.class);
		LockObservations.acquire(observations, null, new LockAcquireObservationContext("a", "b", Kind.LOCK, true),
				() -> "held");
		LockObservations.hold(observations, null, new LockHoldObservationContext("a", "b", Kind.LOCK, 1), () -> "done");
		leadership().group("dashboard");
		get("/actuator/prometheus");
		return names(get("/actuator/prometheus").body());
	}

	private static Set<String> names(String text) {
		return Pattern.compile("\\bpulsar_(lock|leader)[a-z_]*")
			.matcher(text)
			.results()
			.map(MatchResult::group)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Leadership leadership() {
		return administered.getBean(Leadership.class);
	}

	private static LockRegistry registry() {
		return administered.getBean(LockRegistry.class);
	}

	private static LockNode node(String name) {
		return PulsarLocks.at(TestPulsar.shared().serviceUrl()).cluster(CLUSTER).node(name).shards(2).connect();
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send(port(administered), "GET", path);
	}

	private static HttpResponse<String> delete(String path) throws IOException, InterruptedException {
		return send(port(administered), "DELETE", path);
	}

	private static int port(ConfigurableApplicationContext context) {
		return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private static HttpResponse<String> send(int port, String method, String path)
			throws IOException, InterruptedException {
		return client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
	}

	/** An application with a lock registry of its own. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		LockNode locks() throws InterruptedException {
			LockNode locks = node("a");
			locks.awaitJoined(Duration.ofSeconds(30));
			return locks;
		}

	}

}
