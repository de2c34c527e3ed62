package io.pulsarlock.session;

import java.time.Duration;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

/**
 * Until when a holding stands if it is not ended: by its session, and by its own limit.
 * Any thread.
 * <p>
 * Safety: held means now is before the grace has passed since the session's latest
 * confirmed record was sent, on this node's monotonic clock, so no message is needed to
 * know of the loss.
 *
 * @param lease the session
 * @param grantedAt when it was granted
 * @param limitNanos for how long it may last
 */
record HoldDeadline(SessionLease lease, long grantedAt, long limitNanos) {

	static HoldDeadline of(SessionLease lease, long grantedAt, @Nullable Duration limit) {
		return new HoldDeadline(lease, grantedAt, (limit != null) ? limit.toNanos() : Long.MAX_VALUE);
	}

	/**
	 * The limit that a caller asks for, as it can be counted.
	 * @throws IllegalArgumentException if it is not positive
	 */
	static @Nullable Duration limit(String lock, @Nullable Duration holdFor) {
		if (holdFor != null && (holdFor.isNegative() || holdFor.isZero())) {
			throw new IllegalArgumentException(
					"The limit holdFor of lock '" + PrintedNames.lock(lock) + "' must be positive");
		}
		return (holdFor != null) ? Durations.countable(holdFor) : null;
	}

	/** The same with another limit, which is counted from now. */
	HoldDeadline limited(@Nullable Duration limit, long now) {
		return new HoldDeadline(this.lease, this.grantedAt,
				(limit != null) ? now - this.grantedAt + limit.toNanos() : Long.MAX_VALUE);
	}

	/** Why it has passed; null if it has not. */
	@Nullable Reason passed(long now) {
		if (this.lease.confirmedFor(now) <= 0) {
			return this.lease.reason();
		}
		if (this.lease.holdsFor(now) <= 0) {
			return Reason.CONNECTION_LOST;
		}
		return (now - this.grantedAt >= this.limitNanos) ? Reason.HELD_TOO_LONG : null;
	}

	/** How much later it passes, if no record is confirmed before. */
	Duration remaining(long now) {
		return Duration.ofNanos(Math.max(Math.min(this.lease.holdsFor(now), limitFor(now)), 0));
	}

	/** For how long its own limit still lets it go on. */
	long limitFor(long now) {
		return this.limitNanos - (now - this.grantedAt);
	}

	boolean isLimited() {
		return this.limitNanos != Long.MAX_VALUE;
	}

}
