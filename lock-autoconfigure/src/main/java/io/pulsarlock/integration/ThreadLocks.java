package io.pulsarlock.integration;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * What each thread has locked, by the names of the locks.
 */
final class ThreadLocks {

	private final ThreadLocal<Map<String, Locked>> locks = ThreadLocal.withInitial(HashMap::new);

	@Nullable Locked get(String name) {
		Locked locked = this.locks.get().get(name);
		if (locked == null) {
			removeIfEmpty();
		}
		return locked;
	}

	void put(String name, Locked locked) {
		this.locks.get().put(name, locked);
	}

	void remove(String name) {
		this.locks.get().remove(name);
		removeIfEmpty();
	}

	private void removeIfEmpty() {
		if (this.locks.get().isEmpty()) {
			this.locks.remove();
		}
	}

	/** One lock of one thread, which entered it once or more. */
	static final class Locked {

		private LockHandle handle;

		private @Nullable Duration ttl;

		private int depth = 1;

		/** What was lost before this thread acquired it again. */
		private @Nullable LockHandle lost;

		Locked(LockHandle handle, @Nullable Duration ttl) {
			this.handle = handle;
			this.ttl = ttl;
		}

		/**
		 * Goes one level deeper.
		 * @return false if its time to live is over, so that it is to be acquired again
		 * @throws LockLostException if it was lost otherwise
		 */
		boolean reenter(@Nullable Duration ttl) {
			if (this.ttl != null && !this.handle.isHeld()) {
				return false;
			}
			this.handle.assertHeld();
			if (ttl != null) {
				renew(ttl);
			}
			this.depth++;
			return true;
		}

		void regain(LockHandle handle, @Nullable Duration ttl) {
			this.lost = this.handle;
			this.handle = handle;
			this.ttl = ttl;
			this.depth++;
		}

		void renew(@Nullable Duration ttl) {
			this.handle.assertHeld();
			if (ttl != null) {
				this.handle.holdFor(ttl);
				this.ttl = ttl;
			}
			else if (this.ttl != null) {
				this.handle.holdFor(this.ttl);
			}
		}

		boolean isOutermost() {
			return this.depth == 1;
		}

		/**
		 * Goes one level up, or releases the lock.
		 * @throws LockLostException if it was lost
		 */
		void leave() {
			this.depth--;
			LockHandle last = this.handle;
			try {
				last.assertHeld();
				if (this.depth == 0 && this.lost != null) {
					this.lost.assertHeld();
				}
			}
			finally {
				if (this.depth == 0) {
					last.close();
				}
			}
		}

	}

}
