package io.pulsarlock.session;

import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

import io.pulsarlock.LockLoss.Reason;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SessionLeaseTests {

	private static final long LEASE = 1000;

	private static final long GRACE = 400;

	/** Just before the clock turns over, which it may at any time. */
	private static final long START = Long.MAX_VALUE - 100;

	private final SessionLease lease = new SessionLease(new UUID(1, 2), LEASE, GRACE, START);

	@Test
	void isNotConfirmedBeforeItHasHeardItself() {
		this.lease.sending(START);
		assertThat(this.lease.confirmedFor(START)).isNotPositive();
		assertThat(this.lease.confirmedFor(START + 1)).isNotPositive();
	}

	@Test
	void isConfirmedForALeaseFromSendingNotFromHearing() {
		long sequence = this.lease.sending(START + 50);
		long sentAt = this.lease.confirmed(sequence);
		assertThat(sentAt).isEqualTo(START + 50);
		assertThat(this.lease.confirmedFor(START + 700)).isEqualTo(350);
		assertThat(this.lease.confirmedFor(START + 50 + LEASE - 1)).isEqualTo(1);
		assertThat(this.lease.confirmedFor(START + 50 + LEASE)).isZero();
	}

	@Test
	void laterRecordConfirmsLongerThanTheOnesBefore() {
		long one = this.lease.sending(START);
		this.lease.sending(START + 10);
		long third = this.lease.sending(START + 20);
		assertThat(this.lease.confirmed(third)).isEqualTo(START + 20);
		// The copy of an older one takes nothing back.
		this.lease.confirmed(one);
		assertThat(this.lease.confirmedFor(START + 20)).isEqualTo(LEASE);
	}

	@Test
	void onceOverIsNeverConfirmedAgain() {
		this.lease.confirmed(this.lease.sending(START));
		long late = this.lease.sending(START + 10);
		this.lease.end(Reason.NO_ANSWER);
		assertThat(this.lease.confirmedFor(START + 11)).isZero();
		this.lease.confirmed(late);
		assertThat(this.lease.confirmedFor(START + 11)).isZero();
		assertThat(this.lease.isOver()).isTrue();
	}

	/** Records come back in any order, twice or never. */
	@Property
	void isConfirmedByTheLatestRecordHeardAndByNothingElse(@ForAll long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		long start = random.nextLong();
		SessionLease any = new SessionLease(new UUID(1, 2), LEASE, GRACE, start);
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
