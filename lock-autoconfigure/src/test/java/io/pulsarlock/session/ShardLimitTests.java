package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockLostException;
import io.pulsarlock.Registration;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that a node notices the end of a limit that is set while the lock is held, in
 * virtual time and without a look by the holder.
 */
class ShardLimitTests {

	private static final String KEY = "l:stock";

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts ports = new ThrowingPorts();

	private final List<HoldEvent> events = new ArrayList<>();

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
		.withShards(1)
		.withAffinity(Duration.ofSeconds(5), 10);

	private final Shard shard = new Shard(0, this.settings, this.loop, this.ports.connector(), Runnable::run,
			this.events::add, UUID::randomUUID, new ClusterAgreement(0), new Availability(this.settings));

	ShardLimitTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
	}

	private Hold acquire(@Nullable Duration limit) {
		Waiter waiter = new Waiter(false, limit);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(1));
		return waiter.granted.join();
	}

	/** Without the loop, which does nothing meanwhile. */
	private Hold take() {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		assertThat(waiter.granted).isCompleted();
		return waiter.granted.join();
	}

	private List<HoldEvent.Type> types() {
		return this.events.stream().map(HoldEvent::type).toList();
	}

	private long releases() {
		return this.ports.records.stream().filter(Release.class::isInstance).count();
	}

	@Test
	void threadThatHoldsItByAHandleIsLimitedToo() {
		ThreadHolds threads = new ThreadHolds();
		SessionLock lock = new SessionLock("stock", KEY, Share.EXCLUSIVE, () -> this.shard, threads);
		Hold hold = acquire(null);
		try (Registration bound = lock.bind(hold)) {
			lock.lock();
			hold.holdFor(Duration.ofMillis(100));
			this.loop.pass(Duration.ofMillis(100).toNanos());
			assertThat(lock.isHeldByCurrentThread()).isFalse();
			assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::lock);
			assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::unlock);
		}
	}

	@Test
	void nodeNoticesTheEndOfTheLatestLimitByItself() {
		Hold hold = acquire(null);
		this.loop.advance(Duration.ofMillis(150));
		int records = this.ports.records.size();
		hold.holdFor(Duration.ofMinutes(1));
		hold.holdFor(Duration.ofMillis(20));
		this.loop.runAll();
		assertThat(this.ports.records).hasSize(records);
		this.loop.advance(Duration.ofMillis(19));
		assertThat(hold.isOver()).isFalse();
		this.loop.advance(Duration.ofMillis(2));
		assertThat(hold.isOver()).isTrue();
		assertThat(types()).containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.LOST);
		assertThat(this.events.get(1).reason()).isEqualTo(Reason.HELD_TOO_LONG);
		assertThat(this.events.get(1).elapsed()).isBetween(Duration.ofMillis(170), Duration.ofMillis(172));
		assertThat(releases()).isEqualTo(1);
	}

	@Test
	void nodeNoticesTheEndOfALimitThatWasExtended() {
		Hold hold = acquire(Duration.ofMillis(300));
		for (int i = 0; i < 10; i++) {
			this.loop.advance(Duration.ofMillis(200));
			hold.holdFor(Duration.ofMillis(300));
		}
		this.loop.advance(Duration.ofMillis(299));
		assertThat(hold.isOver()).isFalse();
		this.loop.advance(Duration.ofMillis(2));
		assertThat(hold.isOver()).isTrue();
		assertThat(releases()).isEqualTo(1);
	}

	@Test
	void limitsLeaveNoTimersBehind() {
		Hold hold = acquire(Duration.ofMinutes(1));
		this.loop.advance(Duration.ofMillis(200));
		int timers = this.loop.timers();
		for (int i = 0; i < 1000; i++) {
			hold.holdFor(Duration.ofMinutes(1));
			hold.holdFor(Duration.ofSeconds(30));
			this.loop.runAll();
		}
		assertThat(this.loop.timers()).isEqualTo(timers);
	}

	@Test
	void limitOfAKeptLockEndsWithTheHold() {
		acquire(null).close();
		this.loop.advance(Duration.ofMillis(1));
		Hold hold = take();
		hold.holdFor(Duration.ofMillis(20));
		hold.close();
		Hold next = take();
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(next.isHeld()).isTrue();
	}

	@Test
	void nodeNoticesTheEndOfALimitOfAKeptLock() {
		acquire(null).close();
		this.loop.advance(Duration.ofMillis(1));
		Hold hold = take();
		hold.holdFor(Duration.ofMillis(20));
		this.loop.advance(Duration.ofMillis(21));
		assertThat(hold.isOver()).isTrue();
		assertThat(hold.lost().reason()).isEqualTo(Reason.HELD_TOO_LONG);
		assertThat(releases()).isEqualTo(1);
	}

}
