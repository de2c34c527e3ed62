package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shared locks and permits of one shard that callers of this node hold or wait for:
 * each has a ticket of its own, so each is looked after as a lock of its own. On the
 * loop.
 */
final class LocalShares {

	private final Map<String, List<LocalLock>> shares = new HashMap<>();

	void add(LocalLock share) {
		this.shares.computeIfAbsent(share.key(), (any) -> new ArrayList<>()).add(share);
	}

	/** Whether there are none of any lock. */
	boolean isEmpty() {
		return this.shares.isEmpty();
	}

	/** Those of one lock, as they are now. */
	List<LocalLock> of(String key) {
		List<LocalLock> shares = this.shares.get(key);
		return (shares != null) ? List.copyOf(shares) : List.of();
	}

	/** Forgets one, if it is one. */
	void remove(LocalLock share) {
		List<LocalLock> shares = this.shares.get(share.key());
		if (shares != null && shares.remove(share) && shares.isEmpty()) {
			this.shares.remove(share.key());
		}
	}

	void addTo(Collection<LocalLock> all) {
		this.shares.values().forEach(all::addAll);
	}

	Set<String> keys() {
		return this.shares.keySet();
	}

	void clear() {
		this.shares.clear();
	}

}
