package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests the limit of a hold, and limits that are set while it is held.
 */
class HoldLimitTests {

	private static final long LEASE = 1000;

	private static final long GRACE = 400;

	/** Just before the clock turns over, which it may at any time. */
	private static final long START = Long.MAX_VALUE - 100;

	private final ManualLoop loop = new ManualLoop(START);

	private final SessionLease lease = new SessionLease(new UUID(1, 2), LEASE, GRACE, START);

	private final List<LockLoss> told = new ArrayList<>();

	private final List<Hold> limited = new ArrayList<>();

	private final Hold.Owner owner = new Hold.Owner() {

		@Override
		public void ended(Hold hold) {
		}

		@Override
		public void limited(Hold hold) {
			HoldLimitTests.this.limited.add(hold);
		}

	};

	private Hold hold(@Nullable Duration limit) {
		return hold(this.loop, limit);
	}

	private Hold hold(Loop loop, @Nullable Duration limit) {
		this.lease.confirmed(this.lease.sending(START));
		Hold hold = new Hold("orders", 42, loop, this.lease, limit, Runnable::run, this.owner);
		hold.onLost(this.told::add);
		return hold;
	}

	private static Duration nanos(long nanos) {
		return Duration.ofNanos(nanos);
	}

	private void assertHeldForAnother(Hold hold, long nanos) {
		assertThat(hold.remaining()).isEqualTo(nanos(nanos));
		this.loop.pass(nanos - 1);
		assertThat(hold.isHeld()).isTrue();
		this.loop.pass(1);
		assertThat(hold.isHeld()).isFalse();
		this.loop.runAll();
		assertThat(this.told).containsExactly(new LockLoss("orders", 42, Reason.HELD_TOO_LONG));
	}

	@Test
	void newLimitIsCountedFromTheMomentItIsSet() {
		Hold hold = hold(nanos(100));
		this.loop.pass(99);
		hold.holdFor(nanos(200));
		assertHeldForAnother(hold, 200);
	}

	@Test
	void newLimitMayBeShorter() {
		Hold hold = hold(nanos(300));
		this.loop.pass(99);
		hold.holdFor(nanos(100));
		assertHeldForAnother(hold, 100);
	}

	@Test
	void whatHadNoLimitMayGetOne() {
		Hold hold = hold(null);
		this.loop.pass(99);
		hold.holdFor(nanos(100));
		assertHeldForAnother(hold, 100);
	}

	@Test
	void limitMayBeTakenAwayAndSetAgain() {
		Hold hold = hold(nanos(100));
		hold.holdFor(null);
		this.loop.pass(200);
		assertThat(hold.isHeld()).isTrue();
		hold.holdFor(nanos(100));
		assertHeldForAnother(hold, 100);
	}

	@Test
	void limitThatCannotBeCountedIsAYear() {
		Hold hold = hold(nanos(100));
		hold.holdFor(Duration.ofSeconds(Long.MAX_VALUE));
		assertThat(nanos(hold.deadline().limitFor(this.loop.nanoTime()))).isEqualTo(Duration.ofDays(365));
		assertThat(hold.isHeld()).isTrue();
	}

	@Test
	void limitDoesNotProlongWhatIsConfirmed() {
		Hold hold = hold(nanos(100));
		hold.holdFor(Duration.ofDays(1));
		assertThat(hold.remaining()).isEqualTo(nanos(GRACE));
		this.loop.pass(GRACE);
		assertThat(hold.isHeld()).isFalse();
		assertThat(hold.lost().reason()).isEqualTo(Reason.CONNECTION_LOST);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void limitMustBePositive(long seconds) {
		Hold hold = hold(nanos(100));
		assertThatIllegalArgumentException().isThrownBy(() -> hold.holdFor(Duration.ofSeconds(seconds)))
			.withMessageContaining("holdFor")
			.withMessageContaining("orders");
		assertHeldForAnother(hold, 100);
	}

	@Test
	void limitThatIsSetTooLateRevivesNothing() {
		Hold hold = hold(nanos(100));
		this.loop.pass(100);
		// Nobody has looked before.
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> hold.holdFor(nanos(100)))
			.withMessageContaining("orders")
			.withMessageContaining("HELD_TOO_LONG");
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> hold.holdFor(null));
		assertThat(hold.isHeld()).isFalse();
		this.loop.runAll();
		assertThat(this.told).containsExactly(new LockLoss("orders", 42, Reason.HELD_TOO_LONG));
	}

	@Test
	void limitOfWhatWasLostOtherwiseRevivesNothing() {
		Hold hold = hold(null);
		hold.lose(Reason.ENDED_BY_CLUSTER);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> hold.holdFor(nanos(100)))
			.withMessageContaining("ENDED_BY_CLUSTER");
		assertThat(hold.isHeld()).isFalse();
	}

	@Test
	void whatWasReleasedCannotBeLimited() {
		Hold hold = hold(nanos(100));
		hold.close();
		assertThatIllegalStateException().isThrownBy(() -> hold.holdFor(nanos(100))).withMessageContaining("released");
		assertThat(hold.lost()).isNull();
	}

	/** The look comes at the last moment of a limit, and another one is set meanwhile. */
	private Hold holdLimitedDuringTheNextLook(SlowLooker loop) {
		Hold hold = hold(loop, nanos(100));
		loop.now += 99;
		loop.meanwhile = () -> {
			hold.holdFor(nanos(200));
			loop.now++;
		};
		return hold;
	}

	/** Between the look at the limit and the decision that it is over. */
	@Test
	void limitThatComesBeforeTheLossIsDecidedCounts() {
		SlowLooker loop = new SlowLooker();
		Hold hold = holdLimitedDuringTheNextLook(loop);
		assertThat(hold.isHeld()).isTrue();
		loop.now += 198;
		assertThat(hold.isHeld()).isTrue();
		loop.now++;
		assertThat(hold.isHeld()).isFalse();
		assertThat(hold.lost().reason()).isEqualTo(Reason.HELD_TOO_LONG);
	}

	/** The cluster has ended it, and its limit was over just then, or so it seemed. */
	@Test
	void reasonIsNotALimitThatCountsNoMore() {
		SlowLooker loop = new SlowLooker();
		Hold hold = holdLimitedDuringTheNextLook(loop);
		assertThat(hold.reasonOr(Reason.ENDED_BY_CLUSTER)).isEqualTo(Reason.ENDED_BY_CLUSTER);
		loop.now += 200;
		assertThat(hold.reasonOr(Reason.ENDED_BY_CLUSTER)).isEqualTo(Reason.HELD_TOO_LONG);
	}

	@Test
	void loopHearsOnlyOfLimitsThatEndEarlier() {
		Hold hold = hold(nanos(100));
		hold.holdFor(nanos(100));
		hold.holdFor(nanos(200));
		hold.holdFor(null);
		this.loop.runAll();
		assertThat(this.limited).isEmpty();
		hold.holdFor(nanos(200));
		hold.holdFor(nanos(100));
		this.loop.runAll();
		assertThat(this.limited).containsExactly(hold, hold);
	}

	/** Its clock runs on, or something else happens, while a thread looks at it. */
	private static final class SlowLooker implements RepeatingLoop {

		private long now = START;

		private @Nullable Runnable meanwhile;

		@Override
		public long nanoTime() {
			Runnable meanwhile = this.meanwhile;
			this.meanwhile = null;
			if (meanwhile != null) {
				meanwhile.run();
			}
			return this.now;
		}

		@Override
		public void execute(Runnable task) {
			// What is to be told is not told in these tests.
		}

		@Override
		public Timer schedule(long delayNanos, Runnable task) {
			throw new UnsupportedOperationException();
		}

	}

}
