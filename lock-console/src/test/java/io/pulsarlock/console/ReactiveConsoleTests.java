package io.pulsarlock.console;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The console in an application on WebFlux, with what Spring Boot makes of Spring
 * Security there.
 */
@SpringBootTest(classes = { ReactiveConsoleTests.Application.class, SteadyLocks.class },
		webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "spring.main.web-application-type=reactive", "pulsar-lock.console.enabled=true",
				"pulsar-lock.console.writes=true", "spring.webflux.base-path=/shop" })
class ReactiveConsoleTests {

	private static final String PATH = "/shop/pulsar-lock";

	@Autowired
	private LockNode node;

	@LocalServerPort
	private int port;

	private ConsoleClient client;

	@BeforeEach
	void client() {
		this.client = new ConsoleClient(this.port, "Authorization",
				"Basic " + Base64.getEncoder().encodeToString("somebody:secret".getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	void nobodySeesItWithoutLogin() {
		for (String path : List.of("", "/", "/api/state")) {
			assertThat(new ConsoleClient(this.port).get(PATH + path).statusCode()).isEqualTo(401);
		}
	}

	@Test
	void showsThePageAndTheCluster() throws InterruptedException {
		assertThat(this.client.get(PATH).headers().firstValue("Location")).hasValue("pulsar-lock/");
		HttpResponse<String> page = this.client.get(PATH + "/");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
		assertThat(page.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
		assertThat(this.client
			.get(PATH + "/console.css", "If-None-Match",
					this.client.get(PATH + "/console.css").headers().firstValue("ETag").orElseThrow())
			.statusCode()).isEqualTo(304);
		assertThat(this.client.get(PATH + "/nothing").statusCode()).isEqualTo(404);
		try (LockHandle held = this.node.obtain("stock 锁").acquire(Duration.ofSeconds(10))) {
			// A picture may be as old as the time between two.
			await().untilAsserted(() -> {
				String state = this.client.get(PATH + "/api/state?q=" + ConsoleClient.encoded("锁")).body();
				assertThat(JsonPath.<List<String>>read(state, "$.locks.rows[*].name")).containsExactly("stock 锁");
			});
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void releasesALockWithTheTokenOfTheApplication() throws InterruptedException {
		LockHandle held = this.node.obtain("stuck").acquire(Duration.ofSeconds(10));
		String end = PATH + "/api/end?kind=locks&name=stuck";
		assertThat(this.client.send("POST", end, Console.HEADER, "page").statusCode()).isEqualTo(403);
		assertThat(held.isHeld()).isTrue();
		HttpResponse<String> token = this.client.get(PATH + "/api/token", Console.HEADER, "page");
		String cookie = token.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
		HttpResponse<String> answer = this.client.send("POST", end, Console.HEADER, "page", "Cookie", cookie,
				JsonPath.read(token.body(), "$.header"), JsonPath.read(token.body(), "$.value"));
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		assertThat(held.isHeld()).isFalse();
		held.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(
					User.withUsername("somebody").password("{noop}secret").roles("USER").build());
		}

	}

}
