package io.pulsarlock.session;

import org.jspecify.annotations.Nullable;

/**
 * Looks again at a lock when its rest is over, if a caller waits for it. On the loop.
 */
final class RestTimer {

	private final String key;

	private final LockHost host;

	private Loop.@Nullable Timer timer;

	private long due;

	RestTimer(String key, LockHost host) {
		this.key = key;
		this.host = host;
	}

	/**
	 * Goes by what is known now.
	 * @param rest for how long the lock rests and is waited for, zero if it is not
	 */
	void set(long rest, long now) {
		if (this.timer != null && (rest == 0 || this.due != now + rest)) {
			this.timer.cancel();
			this.timer = null;
		}
		if (rest > 0 && this.timer == null) {
			this.due = now + rest;
			this.timer = this.host.loop().schedule(rest, () -> {
				this.timer = null;
				this.host.again(this.key);
			});
		}
	}

}
