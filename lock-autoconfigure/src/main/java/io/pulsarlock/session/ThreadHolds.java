package io.pulsarlock.session;

import java.util.HashMap;
import java.util.Map;

import io.pulsarlock.LockLostException;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * What each thread holds, through the methods of {@link java.util.concurrent.locks.Lock}
 * and how often, or because it runs a method that the lock guards. Works alike for
 * virtual threads.
 */
final class ThreadHolds {

	private final ThreadLocal<Map<String, Level>> levels = new ThreadLocal<>();

	@Nullable Hold get(String key) {
		Level level = level(key);
		return (level != null) ? level.hold : null;
	}

	/** What this thread has entered in that way. */
	@Nullable Hold get(String key, Share share) {
		Level level = level(key);
		return (level != null && level.depth(share) > 0) ? level.hold : null;
	}

	/** Goes one level deeper, if this thread has the lock. */
	boolean reenter(String key, String name, Share share) {
		Level level = level(key);
		if (level == null) {
			return false;
		}
		level.hold.assertHeld();
		if (share.isExclusive() && !level.hold.share().isExclusive()) {
			throw new LockOperationRefusedException("This thread has only a part of lock '" + PrintedNames.lock(name)
					+ "' and asks for all of it: it would wait for all others to leave, and another one that does the"
					+ " same would wait for this one, a deadlock. Release what it has first");
		}
		level.depth++;
		level.shared += share.isExclusive() ? 0 : 1;
		return true;
	}

	void enter(String key, Hold hold) {
		mine().put(key, new Level(hold, false));
	}

	/**
	 * Makes this thread an owner by a holding that is released elsewhere.
	 * @return ends that, on the same thread
	 */
	Registration bind(String key, Hold hold) {
		Level outer = level(key);
		if (outer != null && outer.hold == hold) {
			return () -> {
			};
		}
		Level level = new Level(hold, true);
		mine().put(key, level);
		return () -> {
			Map<String, Level> mine = this.levels.get();
			if (mine != null && mine.get(key) == level) {
				remove(key);
				if (outer != null) {
					mine().put(key, outer);
				}
			}
		};
	}

	void leave(String key, String name, Share share) {
		Level level = level(key);
		if (level == null || level.depth(share) == 0) {
			throw new IllegalMonitorStateException("Lock '" + PrintedNames.lock(name) + "' is not held by this thread");
		}
		if (level.isLowest(share)) {
			throw new IllegalMonitorStateException("Lock '" + PrintedNames.lock(name)
					+ "' guards a method on this thread and was not locked by lock(): that method releases it");
		}
		if (level.depth == 1) {
			// First, and without a call: what follows may find no stack left. Then the
			// loop releases it.
			level.hold.abandoned = true;
		}
		level.depth--;
		level.shared -= share.isExclusive() ? 0 : 1;
		if (level.depth == 0) {
			remove(key);
			level.hold.release();
		}
		else if (level.depth == level.shared) {
			// Unless it is shared already.
			level.hold.downgrade();
		}
		if (!level.hold.isHeld() && level.hold.lost() != null) {
			throw new LockLostException("Lock '" + PrintedNames.lock(name) + "' was lost before it was unlocked: "
					+ level.hold.lost().reason());
		}
	}

	private Map<String, Level> mine() {
		Map<String, Level> mine = this.levels.get();
		if (mine == null) {
			mine = new HashMap<>();
			this.levels.set(mine);
		}
		return mine;
	}

	private void remove(String key) {
		Map<String, Level> mine = this.levels.get();
		if (mine != null) {
			mine.remove(key);
			if (mine.isEmpty()) {
				this.levels.remove();
			}
		}
	}

	private @Nullable Level level(String key) {
		Map<String, Level> mine = this.levels.get();
		Level level = (mine != null) ? mine.get(key) : null;
		if (level != null && level.depth == 0) {
			// Left, by a thread that had no stack to say so.
			remove(key);
			return null;
		}
		if (level != null && level.bound && level.depth == 1 && level.hold.isReleased()) {
			// Released on another thread, so this one could not be told.
			remove(key);
			return null;
		}
		return level;
	}

	private static final class Level {

		private final Hold hold;

		/** Whether the lowest level is not one of {@code lock()}. */
		private final boolean bound;

		/** Whether the lowest level is shared with others. */
		private final boolean lowestShared;

		private int depth = 1;

		/** How many of the levels are shared with others. */
		private int shared;

		Level(Hold hold, boolean bound) {
			this.hold = hold;
			this.bound = bound;
			this.lowestShared = !hold.share().isExclusive();
			this.shared = this.lowestShared ? 1 : 0;
		}

		/** How often it was entered in that way. */
		int depth(Share share) {
			return share.isExclusive() ? this.depth - this.shared : this.shared;
		}

		/** Whether the only level of that way belongs to a method. */
		boolean isLowest(Share share) {
			return this.bound && this.lowestShared != share.isExclusive() && depth(share) == 1;
		}

	}

}
