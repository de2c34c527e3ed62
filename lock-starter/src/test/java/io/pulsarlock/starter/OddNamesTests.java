package io.pulsarlock.starter;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.management.ObjectName;

import com.jayway.jsonpath.JsonPath;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.test.memory.AutoConfigureInMemoryLocks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that the endpoint shows and ends every lock and group, on Tomcat and over JMX,
 * whatever its name, and never another one than the requested one.
 */
@SpringBootTest(classes = OddNamesTests.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.jmx.enabled=true", "management.endpoints.web.exposure.include=pulsarlocks",
				"management.endpoints.jmx.exposure.include=pulsarlocks", "management.endpoints.jmx.domain=odd.names",
				"management.endpoint.pulsarlocks.access=unrestricted" })
@AutoConfigureInMemoryLocks
class OddNamesTests {

	private final Map<String, LockHandle> held = new LinkedHashMap<>();

	private final HttpClient client = HttpClient.newHttpClient();

	@Autowired
	private LockRegistry locks;

	@Autowired
	private LockMonitor monitor;

	@Autowired
	private Leadership leadership;

	@LocalServerPort
	private int port;

	static Stream<String> names() {
		return Stream.of("x", "x/y", "x//y", "x/y/", "/x/y", "//x/y", "/", "//", "x/./y", "x/../y", "..", ".", "x\\y",
				"\\", "url:https://example.org/a?b=c&d=e#f", "x%2Fy", "%2F", "%252F", "%", "%zz", "x;y", "x;name=y",
				";", "x y", " x", "x ", "x+y", "+", "?", "x?name=y", "x&name=y", "x=y", "#x", "x,y", "[x]", "{x}", "*",
				"name", "locks", "é", "e\u0301", "\uD83D\uDD12", "x\ty", "x\ny", "\"x\"", "'x'", "<x>", "coupon:4711",
				"\\:x", "x".repeat(512));
	}

	@BeforeEach
	void holdThemAll() throws InterruptedException {
		for (String name : names().toList()) {
			this.held.put(name, this.locks.obtain(name).acquire(Duration.ofSeconds(30)));
		}
		// A lock that was kept since the last test is not visible at once.
		await().pollInterval(Duration.ofMillis(10))
			.untilAsserted(() -> assertThat(this.monitor.view().locks()).extracting((lock) -> lock.name())
				.containsAll(this.held.keySet()));
	}

	@AfterEach
	void giveThemBack() {
		this.held.values().forEach(LockHandle::close);
	}

	@ParameterizedTest
	@MethodSource("names")
	void lockIsSeenAndReleasedAlone(String name) throws Exception {
		HttpResponse<String> seen = send("GET", "/locks?name=" + encoded(name));
		assertThat(seen.statusCode()).as(seen.body()).isEqualTo(200);
		assertThat(JsonPath.<String>read(seen.body(), "$.name")).isEqualTo(name);
		HttpResponse<String> released = send("DELETE", "/locks?name=" + encoded(name));
		assertThat(released.statusCode()).as(released.body()).isEqualTo(200);
		assertThat(JsonPath.<String>read(released.body(), "$.name")).isEqualTo(name);
		assertThat(this.held.remove(name).isHeld()).isFalse();
		assertThat(this.held.values()).allMatch(LockHandle::isHeld);
	}

	@ParameterizedTest
	@MethodSource("names")
	void lockIsSeenAndReleasedAloneByJmx(String name) throws Exception {
		assertThat((Map<?, ?>) invoke("find", "LOCKS", name)).extracting("name").isEqualTo(name);
		assertThat((Map<?, ?>) invoke("end", "LOCKS", name)).extracting("name").isEqualTo(name);
		assertThat(this.held.remove(name).isHeld()).isFalse();
		assertThat(this.held.values()).allMatch(LockHandle::isHeld);
	}

	@Test
	void groupIsSeenAndResignedAlone() throws Exception {
		List<String> names = List.of("x", "x/y", "x//y", "..", "x;y", "x y", "%2F", "\\");
		List<LeaderGroup> groups = names.stream().map(this.leadership::group).toList();
		await().until(() -> groups.stream().allMatch(LeaderGroup::isLeader));
		for (String name : names) {
			long term = this.leadership.group(name).term().orElseThrow();
			HttpResponse<String> seen = send("GET", "/groups?name=" + encoded(name));
			assertThat(JsonPath.<String>read(seen.body(), "$.name")).isEqualTo(name);
			HttpResponse<String> ended = send("DELETE", "/groups?name=" + encoded(name));
			assertThat(JsonPath.<String>read(ended.body(), "$.name")).isEqualTo(name);
			await().until(() -> this.leadership.group(name).term().orElse(0) > term);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/locks", "/locks?", "/locks?name", "/locks?name=", "/locks?name=%20",
			"/locks?name=x&name=y", "/locks?name=x&name=x", "/locks?names=x" })
	void requestWithoutOneNameIsRefused(String path) throws Exception {
		assertThat(send("GET", path).statusCode()).isEqualTo(400);
		assertThat(send("DELETE", path).statusCode()).isEqualTo(400);
		assertThat(this.held.values()).allMatch(LockHandle::isHeld);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/locks/x", "/x", "/x/y", "/locks/x/y", "/locks/x//y", "/locks/x;y", "/locks/x%2Fy",
			"/locks/", "/locks/../x", "/locks//", "//x" })
	void nameInAPathReachesNothing(String path) throws Exception {
		assertThat(send("GET", path).statusCode()).isGreaterThanOrEqualTo(400);
		assertThat(send("DELETE", path).statusCode()).isGreaterThanOrEqualTo(400);
		assertThat(this.held.values()).allMatch(LockHandle::isHeld);
	}

	@Test
	void nameNobodyHasIsNotFound() throws Exception {
		for (String name : List.of("x/", "x///y", "/x", "y", "X", "x\u0000", "x".repeat(511))) {
			assertThat(send("GET", "/locks?name=" + encoded(name)).statusCode()).as(name).isEqualTo(404);
			assertThat(send("DELETE", "/locks?name=" + encoded(name)).statusCode()).as(name).isEqualTo(404);
		}
		assertThat(send("GET", "/locks?name=" + "x".repeat(513)).statusCode()).isEqualTo(404);
		assertThat(send("DELETE", "/locks?name=" + "x".repeat(513)).statusCode()).isEqualTo(400);
		assertThat(invoke("find", "LOCKS", "x/")).isNull();
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> invoke("end", "LOCKS", " "));
		assertThat(this.held.values()).allMatch(LockHandle::isHeld);
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
		return this.client
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + "/actuator/pulsarlocks" + path))
				.method(method, HttpRequest.BodyPublishers.noBody())
				.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
	}

	private static Object invoke(String operation, String kind, String name) throws Exception {
		return ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("odd.names:type=Endpoint,name=Pulsarlocks"), operation, new Object[] { kind, name },
					new String[] { String.class.getName(), String.class.getName() });
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
