package io.pulsarlock.session;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that waiting callers are served, whatever throws at any moment: the clock
 * represents every call for which memory may be too short.
 */
class WaiterFailureTests {

	private static final UUID OTHER = new UUID(1, 2);

	private final ThrowingLoop loop = new ThrowingLoop();

	private final ThrowingPorts ports = new ThrowingPorts();

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
		.withShards(1)
		.withAffinity(Duration.ofSeconds(5), 3);

	private final Shard shard = new Shard(0, this.settings, this.loop, this.ports.connector(), Runnable::run,
			(event) -> {
			}, UUID::randomUUID, new ClusterAgreement(0), new Availability(this.settings));

	WaiterFailureTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
	}

	/**
	 * The number of the clock reading that throws; at the last one, all have been served.
	 */
	static IntStream looks() {
		return IntStream.range(0, 50);
	}

	private Waiter ask() {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire("l:stock", "stock", LockKind.LOCK, waiter);
		return waiter;
	}

	/** Each holds the lock for a moment. */
	private void assertServed(List<Waiter> waiters) {
		for (int i = 0; i < 100; i++) {
			this.loop.advance(Duration.ofMillis(100));
			waiters.stream()
				.filter((waiter) -> waiter.granted.isDone())
				.forEach((waiter) -> waiter.granted.join().abandoned = true);
		}
		assertThat(waiters).allMatch((waiter) -> waiter.granted.isDone());
	}

	@ParameterizedTest
	@MethodSource("looks")
	void whoAsksForAFreeLockIsServed(int look) {
		List<Waiter> waiters = List.of(ask(), ask(), ask());
		this.loop.throwsAfter(look);
		assertServed(waiters);
	}

	@ParameterizedTest
	@MethodSource("looks")
	void whoAsksForAKeptLockIsServed(int look) {
		Waiter first = ask();
		this.loop.advance(Duration.ofMillis(1));
		first.granted.join().release();
		this.loop.advance(Duration.ofMillis(1));
		List<Waiter> waiters = List.of(ask(), ask(), ask());
		this.loop.throwsAfter(look);
		assertServed(waiters);
	}

	@ParameterizedTest
	@MethodSource("looks")
	void whoWaitsForAnotherNodeIsServed(int look) {
		this.ports.append(new Heartbeat(OTHER, 0, true, new SessionInfo("b", 10_000, 4_000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of()));
		this.ports.append(new Request(OTHER, 1, "l:stock"));
		List<Waiter> waiters = List.of(ask(), ask());
		this.loop.advance(Duration.ofMillis(1));
		this.ports.append(new Release(OTHER, 2, "l:stock", 1));
		this.loop.throwsAfter(look);
		assertServed(waiters);
	}

	/** Whose clock throws once. */
	private static final class ThrowingLoop implements Loop {

		private final ManualLoop loop = new ManualLoop(0);

		private int left = -1;

		void throwsAfter(int looks) {
			this.left = looks;
		}

		void advance(Duration time) {
			this.loop.advance(time);
		}

		@Override
		public long nanoTime() {
			if (this.left >= 0 && this.left-- == 0) {
				throw new OutOfMemoryError("on purpose");
			}
			return this.loop.nanoTime();
		}

		@Override
		public void execute(Runnable task) {
			this.loop.execute(task);
		}

		@Override
		public Timer schedule(long delayNanos, Runnable task) {
			return this.loop.schedule(delayNanos, task);
		}

		@Override
		public Timer every(long periodNanos, Runnable task) {
			return this.loop.every(periodNanos, task);
		}

	}

}
