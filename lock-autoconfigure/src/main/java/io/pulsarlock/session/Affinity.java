package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The locks of one shard that this node keeps after their release, place and door, in
 * case it is the next who wants them. To everybody else it is as if they were still held,
 * with all that makes a lock be lost, until somebody asks. The idea is that of the cached
 * locks of Chubby (Burrows, OSDI 2006). Runs on the loop.
 */
final class Affinity {

	private final long idleNanos;

	private final int limit;

	/** The slots and since when they are kept, the longest first. */
	private final Map<Slot, Long> kept = new LinkedHashMap<>();

	Affinity(SessionSettings settings) {
		this.idleNanos = settings.affinity().toNanos();
		this.limit = Math.max(settings.affinityLocks() / settings.shards(), 1);
	}

	boolean isOn() {
		return this.idleNanos > 0;
	}

	/** Takes note of when a slot's lock was used last; too many, and the eldest goes. */
	void kept(Slot slot, long now) {
		this.kept.remove(slot);
		this.kept.put(slot, now);
		if (this.kept.size() > this.limit) {
			this.kept.keySet().iterator().next().letGo();
		}
	}

	void gone(Slot slot) {
		this.kept.remove(slot);
	}

	void tick(long now) {
		if (this.kept.isEmpty()) {
			return;
		}
		List<Slot> old = new ArrayList<>();
		List<Slot> taken = new ArrayList<>();
		for (Map.Entry<Slot, Long> entry : this.kept.entrySet()) {
			Slot slot = entry.getKey();
			if (slot.isTaken()) {
				taken.add(slot);
			}
			else if (now - slot.lastUse(entry.getValue()) >= this.idleNanos) {
				old.add(slot);
			}
		}
		// They are in use for longer than a moment, so the session looks after them.
		taken.forEach(Slot::tick);
		old.forEach(Slot::letGo);
	}

}
