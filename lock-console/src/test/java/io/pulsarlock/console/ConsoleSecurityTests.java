package io.pulsarlock.console;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The console with writes behind Spring Security: the rules are those of the page
 * {@code docs/console.md}.
 */
@SpringBootTest(classes = { ConsoleSecurityTests.Application.class, SteadyLocks.class },
		webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "pulsar-lock.console.enabled=true", "pulsar-lock.console.writes=true",
				"pulsar-lock.console.path=/ops/locks", "server.servlet.context-path=/shop" })
@ExtendWith(OutputCaptureExtension.class)
class ConsoleSecurityTests {

	private static final String PATH = "/shop/ops/locks";

	@Autowired
	private LockNode node;

	@Autowired
	private InMemoryLockCluster cluster;

	@LocalServerPort
	private int port;

	private ConsoleClient nobody;

	private ConsoleClient reader;

	private ConsoleClient operator;

	@BeforeEach
	void clients() {
		this.nobody = new ConsoleClient(this.port);
		this.reader = new ConsoleClient(this.port, "Authorization", basic("reader"));
		this.operator = new ConsoleClient(this.port, "Authorization", basic("operator"));
	}

	private static String basic(String user) {
		return "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void nobodySeesItWithoutLogin() {
		for (String path : List.of("", "/", "/console.js", "/api/state", "/api/token")) {
			assertThat(this.nobody.get(PATH + path).statusCode()).as(path).isEqualTo(401);
		}
	}

	@Test
	void readerSeesItAndChangesNothing() throws InterruptedException {
		assertThat(this.reader.get(PATH + "/api/state").statusCode()).isEqualTo(200);
		try (LockHandle held = this.node.obtain("theirs").acquire(Duration.ofSeconds(10))) {
			assertThat(end(this.reader, "kind=locks&name=theirs").statusCode()).isEqualTo(403);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void operatorReleasesALockWithTheTokenOfTheApplication(CapturedOutput output) throws InterruptedException {
		LockHandle held = this.node.obtain("stuck\nForged line").acquire(Duration.ofSeconds(10));
		HttpResponse<String> answer = end(this.operator,
				"kind=locks&name=" + ConsoleClient.encoded("stuck\nForged line"));
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		assertThat(JsonPath.<Boolean>read(answer.body(), "$.done")).isTrue();
		assertThat(held.isHeld()).isFalse();
		held.close();
		assertThat(output).contains("Released lock 'stuck\\u{a}Forged line' through the console, for operator");
		String state = this.operator.get(PATH + "/api/state").body();
		assertThat(JsonPath.<List<String>>read(state, "$.timeline.entries[?(@.type=='BY_HAND')].user"))
			.contains("operator");
	}

	@Test
	void requestWithoutTheTokenIsRefused() throws InterruptedException {
		try (LockHandle held = this.node.obtain("guarded").acquire(Duration.ofSeconds(10))) {
			assertThat(this.operator.send("POST", PATH + "/api/end?kind=locks&name=guarded", Console.HEADER, "page")
				.statusCode()).isIn(401, 403);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void requestOfAnotherSiteIsRefused() throws InterruptedException {
		String own = "http://localhost:" + this.port;
		try (LockHandle held = this.node.obtain("guarded").acquire(Duration.ofSeconds(10))) {
			String lock = "kind=locks&name=guarded";
			assertThat(end(this.operator, lock, "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
			assertThat(end(this.operator, lock, "Sec-Fetch-Site", "same-site").statusCode()).isEqualTo(403);
			assertThat(end(this.operator, lock, "Origin", "http://evil.example").statusCode()).isEqualTo(403);
			assertThat(end(this.operator, lock, "Origin", "null").statusCode()).isEqualTo(403);
			assertThat(end(this.operator, lock, "Origin", own.replace("http:", "https:")).statusCode()).isEqualTo(403);
			assertThat(held.isHeld()).isTrue();
			assertThat(end(this.operator, lock, "Origin", own).statusCode()).isEqualTo(200);
			assertThat(held.isHeld()).isFalse();
		}
	}

	@Test
	void tokenIsForThePageOnly() {
		assertThat(this.operator.get(PATH + "/api/token").body()).isEqualTo("{}");
		assertThat(this.operator.get(PATH + "/api/state").headers().firstValue("Set-Cookie"))
			.as("looking begins no session")
			.isEmpty();
	}

	@Test
	void refusalIsAnAnswer() throws InterruptedException {
		LockNode other = this.cluster.node("other");
		try (LockHandle held = other.obtain("elsewhere").acquire(Duration.ofSeconds(10))) {
			await().until(() -> isSeen("elsewhere"));
			String session = this.node.monitor()
				.view()
				.locks()
				.stream()
				.filter((lock) -> lock.name().equals("elsewhere"))
				.findFirst()
				.orElseThrow()
				.holder()
				.session();
			HttpResponse<String> answer = end(this.operator, "kind=sessions&name=" + session);
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(JsonPath.<Boolean>read(answer.body(), "$.done")).isFalse();
			assertThat(JsonPath.<String>read(answer.body(), "$.reason")).contains("other");
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(end(this.operator, "kind=rests&name=elsewhere").body()).contains("It no longer exists");
		assertThat(end(this.operator, "kind=locks&name=nobody").body()).contains("It no longer exists");
		assertThat(end(this.operator, "kind=planets&name=mars").statusCode()).isEqualTo(400);
		assertThat(end(this.operator, "kind=firetimes&name=jobs&job=").statusCode()).isEqualTo(200);
	}

	private boolean isSeen(String name) {
		return this.node.monitor().view().locks().stream().anyMatch((lock) -> lock.name().equals(name));
	}

	@Test
	void lockIsReleasedByItsHolderOnWhateverNode() throws InterruptedException {
		LockHandle held = this.cluster.node("other").obtain("elsewhere").acquire(Duration.ofSeconds(10));
		await().until(() -> isSeen("elsewhere"));
		assertThat(JsonPath.<Boolean>read(end(this.operator, "kind=locks&name=elsewhere").body(), "$.done")).isTrue();
		assertThat(held.isHeld()).isFalse();
		assertThat(isSeen("elsewhere")).isFalse();
	}

	@Test
	void restIsShownAndEnded() throws Exception {
		try (LockHandle held = this.cluster.node("other").obtain("job").acquire(Duration.ofSeconds(10))) {
			held.restFor(Duration.ofHours(1)).get(10, TimeUnit.SECONDS);
		}
		await().untilAsserted(() -> {
			String state = this.reader.get(PATH + "/api/state?q=jo").body();
			assertThat(JsonPath.<List<String>>read(state, "$.rests.rows[*].name")).containsExactly("job");
			assertThat(JsonPath.<Integer>read(state, "$.rests.rows[0].restsMillis")).isBetween(3_500_000, 3_600_000);
		});
		assertThat(this.reader.get(PATH + "/api/state?q=else").body()).contains("\"rests\":{\"found\":0");
		assertThat(end(this.reader, "kind=rests&name=job").statusCode()).isEqualTo(403);
		assertThat(JsonPath.<Boolean>read(end(this.operator, "kind=rests&name=job").body(), "$.done")).isTrue();
		String detail = this.reader.get(PATH + "/api/detail?kind=rests&name=job").body();
		assertThat(JsonPath.<Boolean>read(detail, "$.found")).isFalse();
	}

	@Test
	void leadershipIsGivenUpByItsLeaderOnWhateverNode() {
		LeaderGroup mine = this.node.leadership().group("digest");
		await().until(mine::isLeader);
		LeaderGroup theirs = this.cluster.node("other").leadership().group("digest");
		await().until(() -> theirs.participants().size() == 2);
		assertThat(JsonPath.<Boolean>read(end(this.operator, "kind=groups&name=digest").body(), "$.done")).isTrue();
		await().until(theirs::isLeader);
		await().until(() -> mine.participants().size() == 2);
		assertThat(JsonPath.<Boolean>read(end(this.operator, "kind=groups&name=digest").body(), "$.done")).isTrue();
		await().until(mine::isLeader);
	}

	/** As the page does it: asks for the token, then does it within the same session. */
	private static HttpResponse<String> end(ConsoleClient client, String what, String... headers) {
		HttpResponse<String> answer = client.get(PATH + "/api/token", Console.HEADER, "page");
		assertThat(answer.statusCode()).isEqualTo(200);
		String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
		String[] all = new String[headers.length + 6];
		System.arraycopy(headers, 0, all, 0, headers.length);
		System.arraycopy(new String[] { Console.HEADER, "page", "Cookie", cookie,
				JsonPath.read(answer.body(), "$.header"), JsonPath.read(answer.body(), "$.value") }, 0, all,
				headers.length, 6);
		return client.send("POST", PATH + "/api/end?" + what, all);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		SecurityFilterChain rules(HttpSecurity http) {
			return http
				.authorizeHttpRequests((requests) -> requests.requestMatchers(HttpMethod.POST, "/ops/locks/**")
					.hasRole("OPERATOR")
					.requestMatchers("/ops/locks/**")
					.hasRole("READER")
					.anyRequest()
					.denyAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("reader").password("{noop}secret").roles("READER").build(),
					User.withUsername("operator").password("{noop}secret").roles("READER", "OPERATOR").build());
		}

	}

}
