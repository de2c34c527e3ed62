package io.pulsarlock.starter.migration;

import java.time.Duration;

import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Tag("proof")
class TwoNodesTests {

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 2);

	@Test
	void digestIsSentByOneNodeAndByTheOtherWhenThatOneEnds() {
		ConfigurableApplicationContext first = start("first");
		try (ConfigurableApplicationContext second = start("second")) {
			assertThat(first.getBean(Digest.class).send()).isPresent();
			assertThat(second.getBean(Digest.class).send()).isEmpty();
			first.close();
			await().until(() -> second.getBean(Digest.class).send().isPresent());
		}
	}

	private ConfigurableApplicationContext start(String node) {
		return new SpringApplicationBuilder(DigestApplication.class).web(WebApplicationType.NONE)
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(LockNode.class,
					() -> this.cluster.node(node)))
			.run();
	}

}
