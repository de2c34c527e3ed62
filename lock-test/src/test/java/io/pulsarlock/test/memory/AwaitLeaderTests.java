package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LeaderGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests the result for a node that waits for a leader.
 */
class AwaitLeaderTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void onlyNodeLeadsThen() throws InterruptedException {
		LeaderGroup group = this.cluster.node("a").leadership().group("jobs");
		assertThat(group.awaitLeader(LONG)).isTrue();
		assertThat(group.isLeader()).isTrue();
		assertThat(group.awaitLeader(Duration.ZERO)).isTrue();
	}

	@Test
	void otherNodesKnowTheLeader() throws InterruptedException {
		LeaderGroup first = this.cluster.node("a").leadership().group("jobs");
		assertThat(first.awaitLeader(LONG)).isTrue();
		for (String name : new String[] { "b", "c" }) {
			LeaderGroup group = this.cluster.node(name).leadership().group("jobs");
			assertThat(group.awaitLeader(LONG)).isTrue();
			assertThat(group.isLeader()).isFalse();
		}
		assertThat(first.isLeader()).isTrue();
	}

	@Test
	void leaderThatHasDiedIsWaitedFor() throws InterruptedException {
		InMemoryNode dead = this.cluster.node("dead");
		assertThat(dead.leadership().group("jobs").awaitLeader(LONG)).isTrue();
		dead.disconnect();
		LeaderGroup group = this.cluster.node("next").leadership().group("jobs");
		assertThat(group.awaitLeader(LONG)).isTrue();
		assertThat(group.isLeader()).isTrue();
	}

	@Test
	void nothingIsKnownWithoutTheCluster() throws InterruptedException {
		this.cluster.stop();
		LeaderGroup group = this.cluster.node("a").leadership().group("jobs");
		assertThat(group.awaitLeader(Duration.ofMillis(50))).isFalse();
		CompletableFuture<Boolean> answer = group.awaitLeaderAsync(LONG);
		assertThat(answer).isNotDone();
		this.cluster.resume();
		assertThat(answer).succeedsWithin(LONG).isEqualTo(true);
		assertThat(group.isLeader()).isTrue();
	}

	@Test
	void endOfTheNodeEndsTheWait() throws InterruptedException {
		this.cluster.stop();
		InMemoryNode node = this.cluster.node("a");
		LeaderGroup group = node.leadership().group("jobs");
		CompletableFuture<Boolean> answer = group.awaitLeaderAsync(Duration.ofDays(1));
		node.close();
		assertThat(answer).succeedsWithin(LONG).isEqualTo(false);
		assertThat(group.awaitLeader(LONG)).isFalse();
	}

	@Test
	void waitCanBeInterruptedAndIsNeverNegative() {
		this.cluster.stop();
		LeaderGroup group = this.cluster.node("a").leadership().group("jobs");
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> group.awaitLeader(LONG));
		assertThatIllegalArgumentException().isThrownBy(() -> group.awaitLeader(Duration.ofNanos(-1)))
			.withMessageContaining("jobs");
	}

	@Test
	void handOverToThisNodeIsWaitedFor() throws InterruptedException {
		LeaderGroup first = this.cluster.node("a").leadership().group("jobs");
		assertThat(first.awaitLeader(LONG)).isTrue();
		LeaderGroup second = this.cluster.node("b").leadership().group("jobs");
		await().until(() -> second.participants().size() == 2);
		this.cluster.node("a").close();
		await().until(() -> second.participants().size() == 1);
		assertThat(second.awaitLeader(LONG)).isTrue();
		assertThat(second.isLeader()).isTrue();
	}

}
