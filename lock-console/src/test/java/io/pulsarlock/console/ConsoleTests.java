package io.pulsarlock.console;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the console answers over HTTP, with its defaults: it is only read. The application
 * writes JSON in its own way, has a context path and a parameter that is called like one
 * of the console's.
 */
@SpringBootTest(classes = { ConsoleApplication.class, SteadyLocks.class },
		webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "pulsar-lock.console.enabled=true", "spring.jackson.property-naming-strategy=SNAKE_CASE" })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTests {

	private static final int LOCKS = 120;

	@Autowired
	private InMemoryLockCluster cluster;

	@Autowired
	private LockNode node;

	@LocalServerPort
	private int port;

	private final List<LockHandle> held = new ArrayList<>();

	private ConsoleClient client;

	@BeforeAll
	void hold() throws InterruptedException {
		for (int i = 0; i < LOCKS; i++) {
			this.held.add(this.cluster.node("other").obtain("order", i).acquire(Duration.ofSeconds(10)));
		}
		this.held.add(this.node.obtain("Mine").acquire(Duration.ofSeconds(10)));
		await().until(() -> this.node.monitor().view().locks().size() == LOCKS + 1);
	}

	@BeforeEach
	void client() {
		this.client = new ConsoleClient(this.port);
		// A lock of the test before may be kept for a moment.
		await().until(() -> this.client.<Integer>state("", "$.totals.locks") == LOCKS + 1);
	}

	@AfterAll
	void release() {
		this.held.forEach(LockHandle::close);
	}

	@Test
	void pageIsThereWithItsFiles() {
		HttpResponse<String> page = this.client.get("/pulsar-lock/");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
		assertThat(page.body()).contains("<title>Pulsar Lock</title>").doesNotContain("style=", "onclick");
		assertThat(this.client.get("/pulsar-lock/console.js").headers().firstValue("Content-Type"))
			.hasValue("text/javascript;charset=UTF-8");
		assertThat(this.client.get("/pulsar-lock/console.css").statusCode()).isEqualTo(200);
		assertThat(this.client.get("/pulsar-lock/icon.svg").statusCode()).isEqualTo(200);
	}

	@Test
	void pathWithoutASlashLeadsToThePage() {
		HttpResponse<String> answer = this.client.get("/pulsar-lock");
		assertThat(answer.statusCode()).isEqualTo(302);
		assertThat(answer.headers().firstValue("Location")).as("relative, whatever is before it")
			.hasValue("pulsar-lock/");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/console.js", "/api/state", "/nothing" })
	void everyAnswerHasTheHeadersThatKeepThePageToItself(String path) {
		HttpResponse<String> answer = this.client.get("/pulsar-lock" + path);
		assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
			.contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
			.doesNotContain("unsafe", "http:", "https:");
		assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
		assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
		assertThat(answer.headers().firstValue("Cache-Control")).isPresent();
	}

	@Test
	void filesAreAskedForAgainAndSentOnlyOnce() {
		HttpResponse<String> first = this.client.get("/pulsar-lock/console.js");
		assertThat(first.headers().firstValue("Cache-Control")).hasValue("no-cache");
		String tag = first.headers().firstValue("ETag").orElseThrow();
		HttpResponse<String> second = this.client.get("/pulsar-lock/console.js", "If-None-Match", tag);
		assertThat(second.statusCode()).isEqualTo(304);
		assertThat(second.body()).isEmpty();
		assertThat(this.client.get("/pulsar-lock/api/state").headers().firstValue("Cache-Control"))
			.hasValue("no-store");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/nothing", "/page/index.html", "/../index.html", "/%2e%2e/Console.class",
			"/Console.class", "/api", "/api/", "/api/end", "/api/token" })
	void nothingElseIsThere(String path) {
		assertThat(this.client.get("/pulsar-lock" + path).statusCode()).isIn(400, 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "DELETE", "PATCH" })
	void nothingCanBeChangedUnlessAskedFor(String method) {
		for (String path : List.of("/", "/api/state", "/api/end?kind=locks&name=Mine")) {
			HttpResponse<String> answer = this.client.send(method, "/pulsar-lock" + path, Console.HEADER, "page");
			assertThat(answer.statusCode()).as(path).isEqualTo(405);
			assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
		}
		assertThat(this.held).allMatch(LockHandle::isHeld);
		assertThat(this.client.<Boolean>state("", "$.writes")).isFalse();
	}

	@Test
	void onePageOfTheLocksIsSentAndAllAreCounted() {
		String body = this.client.get("/pulsar-lock/api/state").body();
		assertThat(JsonPath.<Integer>read(body, "$.totals.locks")).isEqualTo(LOCKS + 1);
		assertThat(JsonPath.<List<?>>read(body, "$.locks.rows")).hasSize(50);
		assertThat(JsonPath.<Integer>read(body, "$.locks.pages")).isEqualTo(3);
		assertThat(this.client.<List<String>>state("locks=2", "$.locks.rows[*].name")).hasSize(21)
			.last()
			.isEqualTo("order:99");
		assertThat(this.client.<Integer>state("locks=2000", "$.locks.page")).as("the last one").isEqualTo(2);
		assertThat(this.client.<List<?>>state("size=1000", "$.locks.rows")).as("no more than 200").hasSize(LOCKS + 1);
		assertThat(this.client.<List<?>>state("size=7&locks=x", "$.locks.rows")).hasSize(7);
	}

	@Test
	void searchIsDoneHere() {
		assertThat(this.client.<List<String>>state("q=ORDER:11", "$.locks.rows[*].name")).containsExactly("order:11",
				"order:110", "order:111", "order:112", "order:113", "order:114", "order:115", "order:116", "order:117",
				"order:118", "order:119");
		assertThat(this.client.<List<String>>state("q=applic", "$.locks.rows[*].name")).containsExactly("Mine");
		assertThat(this.client.<List<String>>state("q=applic", "$.nodes.rows[*].name")).containsExactly("application");
		String token = this.client.<List<String>>state("q=mine", "$.locks.rows[*].holder.token").get(0);
		assertThat(this.client.<List<String>>state("q=" + token, "$.locks.rows[*].name")).containsExactly("Mine");
		assertThat(this.client.<Integer>state("q=nobody", "$.locks.found")).isZero();
	}

	@Test
	void locksAreSortedHere() {
		assertThat(this.client.<List<String>>state("", "$.locks.rows[*].name")).first().isEqualTo("Mine");
		assertThat(this.client.<List<String>>state("sort=held", "$.locks.rows[*].name")).doesNotContain("Mine");
		List<Integer> ages = this.client.state("sort=held&size=200", "$.locks.rows[*].heldMillis");
		assertThat(ages).isSortedAccordingTo((a, b) -> Integer.compare(b, a));
	}

	@Test
	void lineIsShownInItsOrder() throws Exception {
		LockHandle wanted = this.node.obtain("wanted").acquire(Duration.ofSeconds(10));
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			String name = "waiter-" + i;
			LockRegistry waiter = this.cluster.node(name);
			Thread thread = new Thread(() -> {
				try {
					waiter.obtain("wanted").acquire(Duration.ofMinutes(1)).close();
				}
				catch (InterruptedException ex) {
					// The test is over.
				}
			});
			thread.start();
			threads.add(thread);
			int before = i;
			await().until(() -> this.client.<List<Integer>>state("q=wanted", "$.locks.rows[*].waiting")
				.equals(List.of(before + 1)));
		}
		assertThat(this.client.<List<String>>state("waited=true", "$.locks.rows[*].name")).containsExactly("wanted");
		assertThat(this.client.<List<String>>state("sort=waiting", "$.locks.rows[*].name")).first().isEqualTo("wanted");
		assertThat(this.client.<List<String>>state("q=wanted", "$.locks.rows[0].next")).containsExactly("waiter-0",
				"waiter-1", "waiter-2");
		String detail = this.client.get("/pulsar-lock/api/detail?kind=locks&name=wanted").body();
		assertThat(JsonPath.<List<String>>read(detail, "$.detail.line[*].node")).containsExactly("waiter-0", "waiter-1",
				"waiter-2", "waiter-3", "waiter-4");
		assertThat(JsonPath.<String>read(detail, "$.detail.holder.token")).as("text: JavaScript rounds larger numbers")
			.isEqualTo(Long.toString(wanted.fencingToken()));
		threads.forEach(Thread::interrupt);
		for (Thread thread : threads) {
			thread.join();
		}
		wanted.close();
		for (int i = 0; i < 5; i++) {
			this.cluster.node("waiter-" + i).close();
		}
	}

	@ParameterizedTest
	@MethodSource("oddNames")
	void oddNameComesAsItIs(String name) throws InterruptedException {
		try (LockHandle handle = this.node.obtain(name).acquire(Duration.ofSeconds(10))) {
			await().untilAsserted(() -> {
				String detail = this.client
					.get("/pulsar-lock/api/detail?kind=locks&name=" + ConsoleClient.encoded(name))
					.body();
				assertThat(JsonPath.<Boolean>read(detail, "$.found")).isTrue();
				assertThat(JsonPath.<String>read(detail, "$.detail.name")).isEqualTo(name);
			});
			assertThat(this.client.<List<String>>state("size=200", "$.locks.rows[*].name")).contains(name);
			assertThat(handle.isHeld()).isTrue();
		}
	}

	static Stream<String> oddNames() {
		return Stream.of("<script>alert(1)</script>", "a\"b'c\\d", "a/b?c=d&e#f;g%h+i", " spaces ", "..",
				"a\n\t\u0001b", "schlüssel 锁 \uD83D\uDD12\u200d", "\u202eright to left",
				"锁".repeat(LockRegistry.MAX_NAME_LENGTH));
	}

	@Test
	void detailOfWhatThereIsNot() {
		assertThat(JsonPath.<Boolean>read(this.client.get("/pulsar-lock/api/detail?kind=locks&name=none").body(),
				"$.found"))
			.isFalse();
		assertThat(JsonPath.<Boolean>read(this.client.get("/pulsar-lock/api/detail?kind=planets&name=mars").body(),
				"$.found"))
			.isFalse();
		assertThat(this.client.get("/pulsar-lock/api/detail?kind=locks").statusCode()).isEqualTo(400);
	}

	@Test
	void nodesAreShownWithTheirSessions() {
		String body = this.client.get("/pulsar-lock/api/state").body();
		assertThat(JsonPath.<List<Integer>>read(body, "$.nodes.rows[?(@.name=='other')].holds")).containsExactly(LOCKS);
		assertThat(JsonPath.<List<Boolean>>read(body, "$.nodes.rows[*].own")).containsOnlyOnce(true);
		assertThat(JsonPath.<List<Integer>>read(body, "$.nodes.rows[?(@.name=='other')].sessions[*].shard"))
			.containsExactly(0, 1);
		assertThat(this.client.<String>state("", "$.node")).isEqualTo("application");
	}

	@Test
	void timelineIsSentOnce() {
		this.cluster.node("passenger").close();
		await().untilAsserted(
				() -> assertThat(this.client.<List<String>>state("", "$.timeline.entries[*].type")).contains("JOINED"));
		String body = this.client.get("/pulsar-lock/api/state").body();
		String epoch = JsonPath.read(body, "$.timeline.epoch");
		assertThat(this.client.<List<?>>state("epoch=" + epoch + "&after=1000000", "$.timeline.entries")).isEmpty();
		assertThat(this.client.<List<?>>state("epoch=another&after=1000000", "$.timeline.entries"))
			.as("of another process")
			.isNotEmpty();
	}

}
