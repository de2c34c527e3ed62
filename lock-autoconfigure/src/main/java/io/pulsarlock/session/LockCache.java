package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The locks of one shard that this node keeps after their release, with their places, in
 * case it is the next who wants them. To all other nodes it is as if they were still
 * held, with all that makes a lock be lost, until another node asks. The idea is that of
 * the cached locks of Chubby (Burrows, OSDI 2006). Runs on the loop.
 */
final class LockCache {

	private final long idleNanos;

	private final int limit;

	/** The locks and since when they are kept, the longest first. */
	private final Map<Kept, Long> kept = new LinkedHashMap<>();

	private boolean ended;

	LockCache(SessionSettings settings) {
		this.idleNanos = settings.affinity().toNanos();
		this.limit = Math.max(settings.affinityLocks() / settings.shards(), 1);
	}

	boolean isOn() {
		return this.idleNanos > 0 && !this.ended;
	}

	/** From now on nothing is kept that is released. */
	void end() {
		this.ended = true;
	}

	/** Takes note of when a lock was used last; too many, and the eldest goes. */
	void kept(Kept lock, long now) {
		this.kept.remove(lock);
		this.kept.put(lock, now);
		if (this.kept.size() > this.limit) {
			eldestBut(lock).letGo();
		}
	}

	/** The one that was used longest ago, with the loop or without it. */
	private Kept eldestBut(Kept latest) {
		@Nullable Kept eldest = null;
		long usedAt = 0;
		for (Map.Entry<Kept, Long> entry : this.kept.entrySet()) {
			if (eldest != null && usedAt - entry.getValue() <= 0) {
				// The others were used later.
				break;
			}
			Kept lock = entry.getKey();
			long use = lock.lastUse(entry.getValue());
			if (lock != latest && !lock.isTaken() && (eldest == null || use - usedAt < 0)) {
				eldest = lock;
				usedAt = use;
			}
		}
		return (eldest != null) ? eldest : latest;
	}

	void gone(Kept lock) {
		this.kept.remove(lock);
	}

	void tick(long now) {
		if (this.kept.isEmpty()) {
			return;
		}
		List<Kept> old = new ArrayList<>();
		List<Kept> taken = new ArrayList<>();
		for (Map.Entry<Kept, Long> entry : this.kept.entrySet()) {
			Kept lock = entry.getKey();
			if (lock.isTaken()) {
				taken.add(lock);
			}
			else if (now - lock.lastUse(entry.getValue()) >= this.idleNanos) {
				old.add(lock);
			}
		}
		// They are in use for longer than a moment, so the session looks after them.
		taken.forEach(Kept::tick);
		old.forEach(Kept::letGo);
	}

	/** A lock that is kept. On the loop. */
	interface Kept {

		/** Whether a caller has taken it, without the loop. */
		boolean isTaken();

		/** When it was used last, if that was without the loop. */
		long lastUse(long otherwise);

		/** Looks after it. */
		void tick();

		/** Gives it up. */
		void letGo();

	}

}
