package io.pulsarlock.integration;

import java.time.Duration;
import java.util.UUID;

import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that Spring Integration's own leader initiator, which Spring Cloud Task uses,
 * works with the registry and is told of a loss, if later than ours.
 */
class LockRegistryLeaderInitiatorTests {

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 1);

	private final String role = "role-" + UUID.randomUUID();

	private final LockRegistryLeaderInitiator first = initiator("first");

	private final LockRegistryLeaderInitiator second = initiator("second");

	private LockRegistryLeaderInitiator initiator(String node) {
		LockRegistryLeaderInitiator initiator = new LockRegistryLeaderInitiator(
				new PulsarLockRegistry(this.cluster.node(node)), new DefaultCandidate(node, this.role));
		initiator.setApplicationEventPublisher((event) -> {
		});
		initiator.setHeartBeatMillis(50);
		return initiator;
	}

	@AfterEach
	void stop() {
		this.first.stop();
		this.second.stop();
	}

	@Test
	void leadershipGoesOnWhenTheLeaderYieldsAndWhenItStops() {
		this.first.start();
		await().until(() -> this.first.getContext().isLeader());
		this.second.start();
		this.first.getContext().yield();
		await().until(() -> this.second.getContext().isLeader());
		assertThat(this.first.getContext().isLeader()).isFalse();
		this.second.stop();
		await().until(() -> this.first.getContext().isLeader());
	}

	@Test
	void lossRevokesTheLeadership() {
		this.first.start();
		await().until(() -> this.first.getContext().isLeader());
		this.second.start();
		// It waits in line.
		await().until(() -> this.cluster.node("second").monitor().statistics().waiting() > 0);
		this.cluster.lose("integration:" + this.role);
		await().until(() -> this.second.getContext().isLeader() && !this.first.getContext().isLeader());
		this.second.stop();
		await().until(() -> this.first.getContext().isLeader());
	}

}
