package io.pulsarlock.session;

import java.util.HashMap;
import java.util.Map;

import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * What each thread holds through the methods of {@link java.util.concurrent.locks.Lock},
 * and how often. Works alike for virtual threads.
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
		Map<String, Level> mine = this.levels.get();
		if (mine == null) {
			mine = new HashMap<>();
			this.levels.set(mine);
		}
		mine.put(key, new Level(hold));
	}

	void leave(String key, String name) {
		Level level = level(key);
		if (level == null) {
			throw new IllegalMonitorStateException("Lock '" + name + "' is not held by this thread");
		}
		level.depth--;
		if (level.depth == 0) {
			Map<String, Level> mine = this.levels.get();
			mine.remove(key);
			if (mine.isEmpty()) {
				this.levels.remove();
			}
			level.hold.release();
		}
		if (!level.hold.isHeld() && level.hold.lost() != null) {
			throw new LockLostException(
					"Lock '" + name + "' was lost before it was unlocked: " + level.hold.lost().reason());
		}
	}

	private @Nullable Level level(String key) {
		Map<String, Level> mine = this.levels.get();
		return (mine != null) ? mine.get(key) : null;
	}

	private static final class Level {

		private final Hold hold;

		private int depth = 1;

		Level(Hold hold) {
			this.hold = hold;
		}

	}

}
