package io.pulsarlock.benchmarks.faults;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The results of the updates of the {@link Register}.
 *
 * @param stores per store and name
 */
record Report(Map<Store, Map<String, Counts>> stores) {

	/**
	 * The sum over all names of a store.
	 * @param store the store
	 * @return the sum; the lost ids of all names
	 */
	Counts total(Store store) {
		return this.stores.getOrDefault(store, Map.of()).values().stream().reduce(Counts.NONE, Counts::plus);
	}

	/**
	 * The counts of one name.
	 *
	 * @param updates acknowledged updates
	 * @param lost those of them that a later update, based on an older version, has
	 * hidden
	 * @param refusedReads reads refused for their token
	 * @param refusedWrites writes refused for their token
	 * @param lostIds the writers' ids of the first lost updates, not all of them if there
	 * are many
	 */
	record Counts(long updates, long lost, long refusedReads, long refusedWrites, List<String> lostIds) {

		static final Counts NONE = new Counts(0, 0, 0, 0, List.of());

		private Counts plus(Counts other) {
			return new Counts(this.updates + other.updates, this.lost + other.lost,
					this.refusedReads + other.refusedReads, this.refusedWrites + other.refusedWrites,
					Stream.concat(this.lostIds.stream(), other.lostIds.stream()).toList());
		}

	}

}
