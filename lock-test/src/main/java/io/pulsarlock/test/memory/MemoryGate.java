package io.pulsarlock.test.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.pulsarlock.session.Door;
import org.jspecify.annotations.Nullable;

/**
 * A lock's door: at most one is inside. An exclusive one refuses whoever comes second,
 * unless it was inside before and comes back; a failover one lets all wait and admits the
 * smallest ordinal, even in place of a larger one. On the broker's thread.
 */
final class MemoryGate {

	private final Door.Kind kind;

	/** Who is here, in the order of arrival, the one inside among them. */
	private final List<MemoryEntry> present = new ArrayList<>();

	private @Nullable MemoryEntry inside;

	MemoryGate(Door.Kind kind) {
		this.kind = kind;
	}

	void arrive(MemoryEntry entry) {
		if (this.kind == Door.Kind.EXCLUSIVE && this.inside != null && !entry.isReturning()) {
			entry.refused();
		}
		else if (!this.present.contains(entry)) {
			this.present.add(entry);
			elect();
		}
	}

	void leave(MemoryEntry entry) {
		this.present.remove(entry);
		if (this.inside == entry) {
			this.inside = null;
		}
		elect();
	}

	private void elect() {
		MemoryEntry before = this.inside;
		if (before != null && this.kind == Door.Kind.EXCLUSIVE) {
			return;
		}
		MemoryEntry next = (this.kind == Door.Kind.EXCLUSIVE) ? this.present.stream().findFirst().orElse(null)
				: this.present.stream().min(Comparator.comparingInt(MemoryEntry::ordinal)).orElse(null);
		if (next != before) {
			if (before != null) {
				before.passive();
			}
			this.inside = next;
			if (next != null) {
				next.admitted();
			}
		}
	}

	boolean isEmpty() {
		return this.present.isEmpty();
	}

}
