package io.pulsarlock.starter.migration;

import java.time.Duration;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that the code of docs/migration.md after the change behaves as that page says.
 */
@Tag("proof")
class AfterMigrationTests {

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 2);

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	private final Calls calls = new Calls();

	private final AfterMigration code = new AfterMigration(this.node, this.calls);

	private final ApplicationContextRunner runner = NodeContexts.of(this.node)
		.withBean(AfterMigration.class, () -> this.code);

	@Test
	void busyLockIsSkippedWhereTheProviderSkippedIt() throws Exception {
		try (LockHandle held = this.other.obtain("import").acquire(Duration.ZERO)) {
			this.code.shedLockProvider();
			assertThat(this.calls.made).isEmpty();
			assertThat(held.isHeld()).isTrue();
		}
		await().untilAsserted(() -> {
			this.code.shedLockProvider();
			assertThat(this.calls.made).containsExactly("load");
		});
	}

	@Test
	void outageIsAnExceptionAndNotABusyLock() {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			AfterMigration code = new AfterMigration(cluster.node("node"), this.calls);
			cluster.stop();
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(code::shedLockProvider);
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> code.springIntegration("17"));
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> code.redisson("17"));
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> code.curatorMutex("17"));
		}
		assertThat(this.calls.made).isEmpty();
	}

	@Test
	void busyLockIsFalseOrAnException() throws Exception {
		try (LockHandle stock = this.other.obtain("stock", "17").acquire(Duration.ZERO);
				LockHandle till = this.other.obtain("till").acquire(Duration.ZERO)) {
			this.code.springIntegration("17");
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> this.code.redisson("17"));
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> this.code.curatorMutex("17"));
			assertThat(stock.isHeld() && till.isHeld()).isTrue();
		}
		assertThat(this.calls.made).isEmpty();
	}

	@Test
	void tokensGrowWhicheverWayTheLockIsTaken() throws Exception {
		this.code.springIntegration("17");
		new AfterMigration(this.other, this.calls).redisson("17");
		this.code.springIntegration("17");
		assertThat(this.calls.made).containsExactly("save", "save", "save");
		assertThat(this.calls.tokens).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void lostTurnEndsTheLoopAndIsReported() {
		this.calls.during = () -> this.cluster.lose("partitions");
		assertThatExceptionOfType(LockLostException.class).isThrownBy(this.code::curatorLeaderSelector);
		assertThat(this.calls.made).containsExactly("balance");
	}

	@Test
	void lockOfAShortJobOutlivesItsNode() {
		this.runner.run((context) -> {
			context.getBean(AfterMigration.class).sendDigest();
			assertThat(this.calls.made).containsExactly("ofYesterday", "send");
			assertThat(this.other.obtain("digest").tryAcquire()).isEmpty();
			context.getSourceApplicationContext().close();
			assertThat(this.other.obtain("digest").tryAcquire()).isEmpty();
			assertThat(this.other.administration().endRest("digest")).isTrue();
			try (LockHandle held = this.other.obtain("digest").acquire(Duration.ofSeconds(20))) {
				assertThat(held.isHeld()).isTrue();
			}
		});
	}

	@Test
	void leadershipStartsAndStopsThePollerAndIsSoughtAgain() {
		this.runner.withPropertyValues("pulsar-lock.leader.join-groups=digest").run((context) -> {
			await().until(() -> this.calls.made.contains("start"));
			LeaderGroup waiting = this.other.leadership().group("digest");
			await().until(() -> waiting.participants().size() == 2);
			this.node.loseLeadership("digest");
			await().untilAsserted(() -> assertThat(this.calls.made).startsWith("start", "stop"));
			await().until(waiting::isLeader);
			waiting.resign();
			await().untilAsserted(() -> assertThat(this.calls.made).startsWith("start", "stop", "start"));
			assertThat(this.calls.tokens).isSorted().doesNotHaveDuplicates();
		});
	}

}
