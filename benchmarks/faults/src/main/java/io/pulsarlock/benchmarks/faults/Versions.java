package io.pulsarlock.benchmarks.faults;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * All versions of one name in one store of the {@link Register}. Version 0 is the empty
 * one; the last version written is the current one. Used by any thread; guarded by its
 * monitor. Takes about 40 bytes per version, so that millions fit.
 */
final class Versions {

	static final int REFUSED = -1;

	private static final int REPORTED = 20;

	private final boolean checked;

	private long largestToken = Long.MIN_VALUE;

	private int current;

	/** The parent of each version. */
	private int[] parents = new int[16];

	/** Where the id of each version ends in {@link #ids}. */
	private int[] ends = new int[16];

	private byte[] ids = new byte[256];

	private long refusedReads;

	private long refusedWrites;

	Versions(boolean checked) {
		this.checked = checked;
	}

	/** The current version, or {@link #REFUSED}. */
	synchronized int read(long token) {
		if (!admits(token)) {
			this.refusedReads++;
			return REFUSED;
		}
		return this.current;
	}

	/**
	 * Creates a version on top of an earlier one, regardless of versions in between.
	 * @return the new version, or {@link #REFUSED}
	 */
	synchronized int write(long token, long base, String id) {
		if (base < 0 || base > this.current) {
			throw new IllegalArgumentException("There is no version " + base);
		}
		if (!admits(token)) {
			this.refusedWrites++;
			return REFUSED;
		}
		append((int) base, id.getBytes(StandardCharsets.UTF_8));
		return this.current;
	}

	private boolean admits(long token) {
		if (!this.checked) {
			return true;
		}
		if (token < this.largestToken) {
			return false;
		}
		this.largestToken = token;
		return true;
	}

	private void append(int base, byte[] id) {
		int start = this.ends[this.current];
		this.current++;
		if (this.current == this.parents.length) {
			this.parents = Arrays.copyOf(this.parents, this.current + this.current / 2);
			this.ends = Arrays.copyOf(this.ends, this.parents.length);
		}
		if (start + id.length > this.ids.length) {
			this.ids = Arrays.copyOf(this.ids, start + id.length + start / 2);
		}
		this.parents[this.current] = base;
		this.ends[this.current] = start + id.length;
		System.arraycopy(id, 0, this.ids, start, id.length);
	}

	synchronized Report.Counts counts() {
		BitSet chain = new BitSet(this.current + 1);
		for (int version = this.current; version > 0; version = this.parents[version]) {
			chain.set(version);
		}
		List<String> lostIds = new ArrayList<>();
		for (int version = 1; version <= this.current && lostIds.size() < REPORTED; version++) {
			if (!chain.get(version)) {
				lostIds.add(id(version));
			}
		}
		return new Report.Counts(this.current, this.current - chain.cardinality(), this.refusedReads,
				this.refusedWrites, List.copyOf(lostIds));
	}

	private String id(int version) {
		int start = this.ends[version - 1];
		return new String(this.ids, start, this.ends[version] - start, StandardCharsets.UTF_8);
	}

}
