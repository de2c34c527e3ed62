package io.pulsarlock.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests when callers that wait for the leader to be known are answered.
 */
class AwaitedLeaderTests {

	private final ManualLoop loop = new ManualLoop(-5);

	private boolean known;

	private boolean assumed;

	private boolean broken;

	private final AwaitedLeader awaited = new AwaitedLeader(this.loop, () -> {
		if (this.broken) {
			throw new IllegalStateException("broken");
		}
		return this.known;
	}, () -> this.assumed, Runnable::run);

	@Test
	void answerComesWhenItIsKnown() {
		CompletableFuture<Boolean> first = this.awaited.await(Duration.ofSeconds(10));
		CompletableFuture<Boolean> second = this.awaited.await(Duration.ofDays(100_000_000));
		this.assumed = true;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(first).isNotDone();
		this.known = true;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(first).isCompletedWithValue(true);
		assertThat(second).isCompletedWithValue(true);
		assertThat(this.loop.timers()).isZero();
	}

	@Test
	void whoMayHaveDiedCountsWhenTheTimeIsOver() {
		CompletableFuture<Boolean> first = this.awaited.await(Duration.ofSeconds(1));
		CompletableFuture<Boolean> second = this.awaited.await(Duration.ofSeconds(3));
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(first).isCompletedWithValue(false);
		this.assumed = true;
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(second).isCompletedWithValue(true);
	}

	@Test
	void zeroLooksOnce() {
		CompletableFuture<Boolean> answer = this.awaited.await(Duration.ZERO);
		this.loop.runAll();
		assertThat(answer).isCompletedWithValue(false);
		assertThat(this.loop.timers()).isZero();
	}

	@Test
	void whoHasGivenUpIsForgotten() {
		this.awaited.await(Duration.ofDays(1)).cancel(false);
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.loop.timers()).isZero();
	}

	@Test
	void endAnswersAll() {
		CompletableFuture<Boolean> before = this.awaited.await(Duration.ofDays(1));
		this.known = true;
		this.awaited.end();
		assertThat(before).isCompletedWithValue(false);
		assertThat(this.awaited.await(Duration.ofDays(1))).isCompletedWithValue(false);
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.loop.timers()).isZero();
	}

	@Test
	void errorEndsNoWait() {
		CompletableFuture<Boolean> answer = this.awaited.await(Duration.ofSeconds(1));
		this.broken = true;
		assertThatIllegalStateException().isThrownBy(this.loop::runAll);
		this.broken = false;
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(answer).isCompletedWithValue(false);
	}

}
