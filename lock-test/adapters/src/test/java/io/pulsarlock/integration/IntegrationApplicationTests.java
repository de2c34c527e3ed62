package io.pulsarlock.integration;

import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.UUID;

import io.pulsarlock.adapters.ApplicationProcess;
import io.pulsarlock.adapters.Protocol;
import io.pulsarlock.adapters.Protocol.Entry;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ScriptUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Runs an application with an aggregator and a role on two nodes, one of which is killed
 * while it leads and releases a group.
 */
@Tag("proof")
class IntegrationApplicationTests {

	private static final Duration LIMIT = Duration.ofSeconds(90);

	private final Protocol protocol = new Protocol();

	private final String cluster = "integration-" + UUID.randomUUID();

	private Server database;

	private String url;

	private Connection connection;

	@BeforeEach
	void startDatabase() throws Exception {
		this.database = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
		this.url = "jdbc:h2:tcp://127.0.0.1:" + this.database.getPort() + "/mem:orders";
		// The database lasts as long as this connection.
		this.connection = DriverManager.getConnection(this.url);
		ScriptUtils.executeSqlScript(this.connection,
				new ClassPathResource("org/springframework/integration/jdbc/schema-h2.sql"));
	}

	@AfterEach
	void stopDatabase() throws Exception {
		this.connection.close();
		this.database.stop();
	}

	@Test
	void nothingRunsTwiceOrGetsStuck() {
		try (ApplicationProcess first = start("first")) {
			await().atMost(LIMIT).until(() -> !this.protocol.of("poll", "first").isEmpty());
			try (ApplicationProcess second = start("second")) {
				await().atMost(LIMIT).until(() -> !this.protocol.of("application", "second").isEmpty());
				for (int group = 0; group < 20; group++) {
					first.say(group + " a");
					second.say(group + " b");
				}
				awaitReleased(0, 20);
				assertThat(this.protocol.of("poll")).extracting(Entry::node).containsOnly("first");
				// The leader holds the lock of the group when it is killed.
				second.say("20 b");
				await().atMost(LIMIT).until(() -> !this.protocol.of("sent-20").isEmpty());
				first.say("20 a");
				await().atMost(LIMIT).until(() -> !this.protocol.of("group-20").isEmpty());
				first.kill();
				assertThat(this.protocol.of("group-20")).extracting(Entry::what).containsExactly("begin");
				second.say("20 a");
				for (int group = 21; group < 30; group++) {
					second.say(group + " a");
					second.say(group + " b");
				}
				awaitReleased(20, 30);
				await().atMost(LIMIT).until(() -> this.protocol.of("poll", "second").size() > 10);
			}
		}
		for (int group = 0; group < 30; group++) {
			assertThat(this.protocol.assertOneAtATime("group-" + group)).isEqualTo((group == 20) ? 2 : 1);
		}
		assertThat(this.protocol.assertOneAtATime("poll")).isGreaterThan(10);
	}

	private void awaitReleased(int begin, int end) {
		for (int i = begin; i < end; i++) {
			String group = "group-" + i;
			await().atMost(LIMIT)
				.until(() -> this.protocol.of(group).stream().anyMatch((entry) -> entry.what().equals("end")));
		}
	}

	private ApplicationProcess start(String node) {
		return new ApplicationProcess(IntegrationApplication.class, this.cluster, node, this.protocol,
				"--test.database=" + this.url);
	}

}
