package io.pulsarlock.session;

import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

import io.pulsarlock.LockLoss.Reason;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IncarnationTests {

	private static final long LEASE = 1000;

	private static final long GRACE = 400;

	/** Just before the clock turns over, which it may at any time. */
	private static final long START = Long.MAX_VALUE - 100;

	private final Incarnation incarnation = new Incarnation(new UUID(1, 2), LEASE, GRACE, START);

	@Test
	void isNotConfirmedBeforeItHasHeardItself() {
		this.incarnation.sending(START);
		assertThat(this.incarnation.confirmedFor(START)).isNotPositive();
		assertThat(this.incarnation.confirmedFor(START + 1)).isNotPositive();
	}

	@Test
	void isConfirmedForALeaseFromSendingNotFromHearing() {
		long sequence = this.incarnation.sending(START + 50);
		long sentAt = this.incarnation.confirmed(sequence);
		assertThat(sentAt).isEqualTo(START + 50);
		assertThat(this.incarnation.confirmedFor(START + 700)).isEqualTo(350);
		assertThat(this.incarnation.confirmedFor(START + 50 + LEASE - 1)).isEqualTo(1);
		assertThat(this.incarnation.confirmedFor(START + 50 + LEASE)).isZero();
	}

	@Test
	void laterRecordConfirmsLongerThanTheOnesBefore() {
		long one = this.incarnation.sending(START);
		this.incarnation.sending(START + 10);
		long third = this.incarnation.sending(START + 20);
		assertThat(this.incarnation.confirmed(third)).isEqualTo(START + 20);
		// The copy of an older one takes nothing back.
		this.incarnation.confirmed(one);
		assertThat(this.incarnation.confirmedFor(START + 20)).isEqualTo(LEASE);
	}

	@Test
	void onceOverIsNeverConfirmedAgain() {
		this.incarnation.confirmed(this.incarnation.sending(START));
		long late = this.incarnation.sending(START + 10);
		this.incarnation.end(Reason.NO_ANSWER);
		assertThat(this.incarnation.confirmedFor(START + 11)).isZero();
		this.incarnation.confirmed(late);
		assertThat(this.incarnation.confirmedFor(START + 11)).isZero();
		assertThat(this.incarnation.isOver()).isTrue();
	}

	/** Whatever comes back, and in whatever order, twice or never. */
	@Property
	void isConfirmedByTheLatestRecordHeardAndByNothingElse(@ForAll long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		long start = random.nextLong();
		Incarnation any = new Incarnation(new UUID(1, 2), LEASE, GRACE, start);
		TreeMap<Long, Long> sent = new TreeMap<>();
		long now = start;
		long confirmedUntil = start;
		for (int i = 0; i < 60; i++) {
			now += random.nextInt(400);
			if (sent.isEmpty() || random.nextBoolean()) {
				long sequence = any.sending(now);
				assertThat(sent.isEmpty() || sequence > sent.lastKey()).isTrue();
				sent.put(sequence, now);
			}
			else {
				long sequence = random.nextLong(sent.lastKey() + 1);
				any.confirmed(sequence);
				long until = sent.get(sequence) + LEASE;
				confirmedUntil = (until - confirmedUntil > 0) ? until : confirmedUntil;
			}
			assertThat(any.confirmedFor(now)).isEqualTo(confirmedUntil - now);
		}
	}

}
