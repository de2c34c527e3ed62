package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;

import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockLostException;
import io.pulsarlock.Registration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class HoldTests {

	private static final long LEASE = 1000;

	private static final long GRACE = 400;

	/** Just before the clock turns over, which it may at any time. */
	private static final long START = Long.MAX_VALUE - 100;

	private final ManualLoop loop = new ManualLoop(START);

	private final SessionLease lease = new SessionLease(new UUID(1, 2), LEASE, GRACE, START);

	private final List<LockLoss> told = new ArrayList<>();

	private final List<Hold> ended = new ArrayList<>();

	private Hold hold(@Nullable Duration limit) {
		this.lease.confirmed(this.lease.sending(START));
		Hold hold = new Hold("orders", 42, this.loop, this.lease, limit, Runnable::run, this.ended::add);
		hold.onLost(this.told::add);
		return hold;
	}

	private void assertLost(Hold hold, Reason reason) {
		assertThat(hold.isHeld()).isFalse();
		assertThat(hold.wouldBeHeld(this.loop.nanoTime())).isFalse();
		assertThat(hold.remaining()).isZero();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(hold::assertHeld)
			.withMessageContaining("orders")
			.withMessageContaining(reason.toString());
		assertThatExceptionOfType(LockLostException.class).isThrownBy(hold::fencingToken);
		this.loop.runAll();
		assertThat(this.told).containsExactly(new LockLoss("orders", 42, reason));
		assertThat(this.ended).containsExactly(hold);
	}

	@Test
	void isHeldForAGraceAfterTheRecordAndNotAMomentLonger() {
		Hold hold = hold(null);
		this.loop.pass(GRACE - 1);
		assertThat(hold.isHeld()).isTrue();
		assertThat(hold.fencingToken()).isEqualTo(42);
		assertThat(hold.remaining()).isEqualTo(Duration.ofNanos(1));
		this.loop.pass(1);
		assertThat(hold.wouldBeHeld(this.loop.nanoTime())).isFalse();
		assertLost(hold, Reason.CONNECTION_LOST);
	}

	@Test
	void isHeldUntilTheAnchorsDeadlineAndNotAMomentLonger() {
		SessionLease anchored = new SessionLease(new UUID(1, 3), LEASE, GRACE, START, this.lease);
		this.lease.confirmed(this.lease.sending(START));
		this.loop.pass(LEASE - GRACE / 2);
		anchored.confirmed(anchored.sending(this.loop.nanoTime()));
		Hold hold = new Hold("orders", 42, this.loop, anchored, null, Runnable::run, this.ended::add);
		hold.onLost(this.told::add);
		this.loop.pass(GRACE / 2 - 1);
		assertThat(hold.isHeld()).isTrue();
		assertThat(hold.remaining()).isEqualTo(Duration.ofNanos(1));
		this.loop.pass(1);
		assertLost(hold, Reason.NO_ANSWER);
	}

	@Test
	void laterRecordKeepsItForAGraceFromItsSending() {
		Hold hold = hold(null);
		long second = this.lease.sending(START + 100);
		this.loop.pass(GRACE - 1);
		this.lease.confirmed(second);
		this.loop.pass(100);
		assertThat(hold.remaining()).isEqualTo(Duration.ofNanos(1));
		this.loop.pass(1);
		assertLost(hold, Reason.CONNECTION_LOST);
	}

	@Test
	void isHeldNoLongerThanItsLimit() {
		Hold hold = hold(Duration.ofNanos(100));
		this.loop.pass(99);
		assertThat(hold.isHeld()).isTrue();
		assertThat(hold.remaining()).isEqualTo(Duration.ofNanos(1));
		this.loop.pass(1);
		assertLost(hold, Reason.HELD_TOO_LONG);
	}

	@Test
	void confirmationThatComesTooLateRevivesNothing() {
		Hold hold = hold(null);
		long late = this.lease.sending(START + GRACE / 2);
		this.loop.pass(GRACE);
		assertThat(hold.isHeld()).isFalse();
		this.lease.confirmed(late);
		assertThat(this.lease.holdsFor(this.loop.nanoTime())).isPositive();
		assertLost(hold, Reason.CONNECTION_LOST);
	}

	@Test
	void deadlineIsNeverTakenBack() {
		Hold hold = hold(null);
		long earlier = this.lease.sending(START + 10);
		this.lease.confirmed(this.lease.sending(START + 100));
		this.lease.confirmed(earlier);
		this.loop.pass(GRACE + 99);
		assertThat(hold.isHeld()).isTrue();
		assertThat(hold.remaining()).isEqualTo(Duration.ofNanos(1));
	}

	@Test
	void endOfTheSessionEndsTheHold() {
		Hold hold = hold(null);
		this.lease.end(Reason.NO_ANSWER);
		assertLost(hold, Reason.NO_ANSWER);
	}

	@Test
	void isLostOnceHoweverOften() {
		Hold hold = hold(null);
		hold.lose(Reason.ENDED_BY_CLUSTER);
		hold.lose(Reason.NODE_STOPPED);
		this.loop.pass(2 * LEASE);
		assertThat(hold.release()).isEqualTo(new LockLoss("orders", 42, Reason.ENDED_BY_CLUSTER));
		hold.close();
		assertLost(hold, Reason.ENDED_BY_CLUSTER);
	}

	@Test
	void whoAsksAfterTheLossIsToldToo() {
		Hold hold = hold(null);
		hold.lose(Reason.NODE_STOPPED);
		this.loop.runAll();
		List<LockLoss> late = new ArrayList<>();
		hold.onLost(late::add);
		assertThat(late).isEqualTo(this.told).hasSize(1);
	}

	@Test
	void givenBackIsNotLost() {
		Hold hold = hold(null);
		assertThat(hold.release()).isNull();
		assertThat(hold.release()).isNull();
		hold.lose(Reason.ENDED_BY_CLUSTER);
		this.loop.pass(2 * LEASE);
		assertThat(hold.isHeld()).isFalse();
		assertThat(hold.lost()).isNull();
		assertThatIllegalStateException().isThrownBy(hold::assertHeld).withMessageContaining("released");
		this.loop.runAll();
		assertThat(this.told).isEmpty();
		assertThat(this.ended).containsExactly(hold);
	}

	@Test
	void givenBackTooLateIsLost() {
		Hold hold = hold(null);
		this.loop.pass(GRACE);
		assertThat(hold.release()).isEqualTo(new LockLoss("orders", 42, Reason.CONNECTION_LOST));
		assertLost(hold, Reason.CONNECTION_LOST);
	}

	@Test
	void listenerThatFailsHarmsNoOther() {
		Hold hold = hold(null);
		List<LockLoss> after = new ArrayList<>();
		hold.onLost((lost) -> {
			throw new IllegalStateException("on purpose");
		});
		hold.onLost(after::add);
		assertThatCode(() -> hold.lose(Reason.NODE_STOPPED)).doesNotThrowAnyException();
		this.loop.runAll();
		assertThat(after).hasSize(1);
	}

	@Test
	void endThatItsOwnThreadCouldNotAnnounceIsAnnouncedByTheNextTick() {
		Hold hold = new Hold("orders", 42, new ManualLoop(START), this.lease, null, Runnable::run, this.ended::add);
		hold.onLost(this.told::add);
		hold.lose(Reason.NODE_STOPPED);
		hold.tick();
		hold.tick();
		assertThat(this.told).containsExactly(new LockLoss("orders", 42, Reason.NODE_STOPPED));
		assertThat(this.ended).containsExactly(hold);
	}

	@Test
	void abandonedIsReleasedByTheNextTick() {
		Hold hold = hold(null);
		hold.abandoned = true;
		assertThat(hold.isHeld()).isTrue();
		hold.tick();
		assertThat(hold.isHeld()).isFalse();
		assertThat(hold.lost()).isNull();
		this.loop.runAll();
		assertThat(this.ended).containsExactly(hold);
	}

	@Test
	void callbackIsCalledOnceThoughOneBeforeItCouldNotBe() {
		this.lease.confirmed(this.lease.sending(START));
		List<Runnable> submitted = new ArrayList<>();
		Hold hold = new Hold("orders", 42, this.loop, this.lease, null, (task) -> {
			submitted.add(task);
			if (submitted.size() == 2) {
				throw new OutOfMemoryError("on purpose");
			}
		}, this.ended::add);
		List<LockLoss> others = new ArrayList<>();
		hold.onLost(this.told::add);
		hold.onLost(others::add);
		hold.lose(Reason.NODE_STOPPED);
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(this.loop::runAll);
		hold.tick();
		submitted.forEach(Runnable::run);
		assertThat(this.told).hasSize(1);
		assertThat(others).hasSize(1);
		assertThat(this.ended).containsExactly(hold);
	}

	@Test
	void removedCallbacksAreNotCalledAndLeaveNothing() {
		this.lease.confirmed(this.lease.sending(START));
		List<Runnable> submitted = new ArrayList<>();
		Hold hold = new Hold("orders", 42, this.loop, this.lease, null, submitted::add, this.ended::add);
		for (int i = 0; i < 100_000; i++) {
			hold.onLost(this.told::add).close();
		}
		Registration due = hold.onLost(this.told::add);
		hold.lose(Reason.ENDED_BY_CLUSTER);
		this.loop.runAll();
		assertThat(submitted).hasSize(1);
		due.close();
		due.close();
		submitted.forEach(Runnable::run);
		assertThat(this.told).isEmpty();
	}

	@Test
	void removingOneOfTwoEqualCallbacksLeavesTheOther() {
		Hold hold = hold(null);
		Consumer<LockLoss> callback = this.told::add;
		hold.onLost(callback);
		Registration second = hold.onLost(callback);
		second.close();
		second.close();
		hold.lose(Reason.NODE_STOPPED);
		this.loop.runAll();
		assertThat(this.told).hasSize(2);
	}

	@Test
	void callbackMayRemoveItself() {
		Hold hold = hold(null);
		List<Registration> own = new ArrayList<>();
		own.add(hold.onLost((lost) -> own.get(0).close()));
		hold.lose(Reason.NODE_STOPPED);
		assertLost(hold, Reason.NODE_STOPPED);
	}

	/** Looks, records, confirmations, limits and losses in any order. */
	@Property
	void endsOnceAndForEver(@ForAll long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		ManualLoop clock = new ManualLoop(random.nextLong());
		SessionLease session = new SessionLease(new UUID(1, 2), LEASE, GRACE, clock.nanoTime());
		session.confirmed(session.sending(clock.nanoTime()));
		List<LockLoss> losses = new ArrayList<>();
		List<Hold> ends = new ArrayList<>();
		Duration limit = limit(random);
		long limitedAt = clock.nanoTime();
		Hold hold = new Hold("any", 1, clock, session, limit, Runnable::run, ends::add);
		hold.onLost(losses::add);
		boolean over = false;
		for (int i = 0; i < 60; i++) {
			clock.pass(random.nextInt(200));
			switch (random.nextInt(7)) {
				case 0 -> session.confirmed(session.sending(clock.nanoTime() - random.nextInt(50)));
				case 1, 2 -> session.sending(clock.nanoTime());
				case 3 -> hold.isHeld();
				case 4 -> clock.runAll();
				case 5 -> {
					boolean held = hold.wouldBeHeld(clock.nanoTime());
					Duration anew = limit(random);
					assertThat(isLimited(hold, anew)).isEqualTo(held);
					limit = held ? anew : limit;
					limitedAt = held ? clock.nanoTime() : limitedAt;
				}
				default -> {
					if (random.nextInt(20) == 0) {
						hold.release();
					}
					else if (random.nextInt(20) == 0) {
						hold.lose(Reason.ENDED_BY_CLUSTER);
					}
				}
			}
			boolean would = hold.wouldBeHeld(clock.nanoTime());
			assertThat(hold.isHeld()).isEqualTo(would);
			assertThat(over && would).as("has come back").isFalse();
			assertThat(would && limit != null && clock.nanoTime() - limitedAt >= limit.toNanos())
				.as("has outlived its limit")
				.isFalse();
			over |= !would;
		}
		clock.runAll();
		assertThat(losses).hasSize((hold.lost() != null) ? 1 : 0);
		assertThat(ends).hasSize(over ? 1 : 0);
	}

	private static @Nullable Duration limit(SplittableRandom random) {
		return random.nextBoolean() ? Duration.ofNanos(random.nextInt(1, 3000)) : null;
	}

	/** Whether the hold takes the limit. */
	private static boolean isLimited(Hold hold, @Nullable Duration limit) {
		try {
			hold.holdFor(limit);
			return true;
		}
		catch (LockLostException | IllegalStateException ex) {
			return false;
		}
	}

}
