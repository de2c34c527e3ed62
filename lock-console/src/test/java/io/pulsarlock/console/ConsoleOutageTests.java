package io.pulsarlock.console;

import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.AutoConfigureInMemoryLocks;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the console says while its node is out of touch, and what it has seen.
 */
@SpringBootTest(classes = ConsoleApplication.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = "pulsar-lock.console.enabled=true")
@AutoConfigureInMemoryLocks
class ConsoleOutageTests {

	@Test
	void showsNothingOfTheClusterAndTellsOfTheLossAfterwards(@Autowired InMemoryLockCluster cluster,
			@Autowired LockNode node, @LocalServerPort int port) throws Exception {
		ConsoleClient client = new ConsoleClient(port);
		node.obtain("stock").acquire(Duration.ofSeconds(10));
		await()
			.untilAsserted(() -> assertThat(client.<List<String>>state("", "$.locks.rows[*].name")).contains("stock"));
		cluster.stop();
		await().untilAsserted(() -> assertThat(client.<Boolean>state("", "$.inTouch")).isFalse());
		String body = client.get("/pulsar-lock/api/state").body();
		assertThat(JsonPath.<String>read(body, "$.reason")).isNotBlank();
		assertThat(JsonPath.<java.util.Map<String, ?>>read(body, "$")).doesNotContainKeys("locks", "groups", "nodes",
				"totals");
		assertThat(client.get("/pulsar-lock/api/detail?kind=locks&name=stock").statusCode()).isEqualTo(200);
		await().untilAsserted(() -> assertThat(client.<List<String>>state("", "$.timeline.entries[*].type"))
			.contains("OUT_OF_TOUCH", "LOST"));
		cluster.resume();
		await().untilAsserted(() -> assertThat(client.<Boolean>state("", "$.inTouch")).isTrue());
		await().untilAsserted(() -> assertThat(client.<List<String>>state("", "$.timeline.entries[*].type"))
			.contains("JEOPARDIZED", "LOST", "OUT_OF_TOUCH", "IN_TOUCH"));
		assertThat(client.<List<String>>state("", "$.timeline.entries[?(@.type=='LOST')].reason")).isNotEmpty();
	}

}
