package io.pulsarlock.session;

import java.util.HashMap;
import java.util.Map;

import io.pulsarlock.LockLostException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
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

	/** Goes one level deeper, if this thread has the lock. */
	boolean reenter(String key) {
		Level level = level(key);
		if (level == null) {
			return false;
		}
		level.hold.assertHeld();
		level.depth++;
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

	void leave(String key, String name) {
		Level level = level(key);
		if (level == null) {
			throw new IllegalMonitorStateException("Lock '" + PrintedNames.lock(name) + "' is not held by this thread");
		}
		if (level.bound && level.depth == 1) {
			throw new IllegalMonitorStateException("Lock '" + PrintedNames.lock(name)
					+ "' guards a method on this thread and was not locked by lock(): that method releases it");
		}
		if (level.depth == 1) {
			// First, and without a call: what follows may find no stack left. Then the
			// loop releases it.
			level.hold.abandoned = true;
		}
		level.depth--;
		if (level.depth == 0) {
			remove(key);
			level.hold.release();
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

		private int depth = 1;

		Level(Hold hold, boolean bound) {
			this.hold = hold;
			this.bound = bound;
		}

	}

}
