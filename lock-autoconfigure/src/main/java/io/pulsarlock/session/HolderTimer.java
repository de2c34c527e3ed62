package io.pulsarlock.session;

import org.jspecify.annotations.Nullable;

/**
 * Looks again at a lock that is not given back in a moment, if that changes something,
 * and when it has been held for as long as it may. On the loop.
 */
final class HolderTimer {

	/** Who holds for longer lets the others know of it, and of who waits. */
	static final long BRIEF_NANOS = 50_000_000;

	private final String key;

	private final LockHost host;

	private Loop.@Nullable Timer timer;

	HolderTimer(String key, LockHost host) {
		this.key = key;
		this.host = host;
	}

	/** Whether a holding has lasted for a moment only. */
	static boolean isBrief(Hold hold, long now) {
		return now - hold.grantedAt() < BRIEF_NANOS;
	}

	/**
	 * Goes by what is held now.
	 * @param hold null if nothing is
	 * @param changes whether something is to be done when it has lasted for a moment
	 */
	void set(@Nullable Hold hold, boolean changes, long now) {
		if (this.timer != null) {
			this.timer.cancel();
			this.timer = null;
		}
		if (hold == null || hold.isOver()) {
			return;
		}
		boolean awaited = changes && isBrief(hold, now);
		HoldDeadline deadline = hold.deadline();
		long limit = deadline.limitFor(now);
		long delay = awaited ? Math.min(BRIEF_NANOS - (now - hold.grantedAt()), limit) : limit;
		if (delay != Long.MAX_VALUE && (awaited || deadline.isLimited())) {
			this.timer = this.host.loop().schedule(Math.max(delay, 0) + 1, () -> {
				hold.tick();
				this.host.again(this.key);
			});
		}
	}

}
