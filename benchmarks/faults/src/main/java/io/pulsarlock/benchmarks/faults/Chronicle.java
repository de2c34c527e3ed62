package io.pulsarlock.benchmarks.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The merged histories of the nodes of one lock cluster. Used by one thread.
 */
final class Chronicle {

	/** By lock, in the order in which they were read. */
	private final Map<String, List<Holding>> holdings = new LinkedHashMap<>();

	/** The open holding of each node, by node and lock. */
	private final Map<String, Holding> open = new HashMap<>();

	private final Map<String, Integer> runs = new HashMap<>();

	private final Map<String, Long> joined = new HashMap<>();

	private final Map<String, Long> lastGrantOfNode = new HashMap<>();

	private final Map<String, Long> lastGrantOfLock = new HashMap<>();

	/** Nodes that are being stopped in an orderly way. */
	private final Set<String> stopping = new HashSet<>();

	final List<Round> rounds = new ArrayList<>();

	/** The runs of the job. */
	final List<Firing> firings = new ArrayList<>();

	/** By node and process. */
	final Map<String, List<Measure>> measures = new LinkedHashMap<>();

	/** What the brokers store for the nodes, over time. */
	final List<Kept> kept = new ArrayList<>();

	final List<String> unexpected = new ArrayList<>();

	private int torn;

	long busy;

	long unknown;

	/** Reads one line of a node's history. */
	void read(String node, String line) {
		try {
			take(node, line);
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			// The rest of the last line of a process that was killed.
			this.torn++;
			if (this.torn > this.rounds.size()) {
				this.unexpected.add(node + " wrote: " + line);
			}
		}
	}

	private void take(String node, String line) {
		String[] words = line.split(" ", 6);
		long at = Long.parseLong(words[1]);
		switch (words[0]) {
			case "S" -> {
				this.runs.merge(node, 1, Integer::sum);
				this.stopping.remove(node);
			}
			case "J" -> this.joined.put(node, at);
			case "G" -> granted(node, words[2], Long.parseLong(words[3]), at,
					(words.length > 4) ? new Part(Integer.parseInt(words[4]), Integer.parseInt(words[5])) : Part.ALL);
			case "E" -> ended(node, words[2], Long.parseLong(words[3]), Long.parseLong(words[4]), words[5], at);
			case "L" -> told(node, words[2], Long.parseLong(words[3]), words[4], at);
			case "F" -> this.firings.add(new Firing(node, Long.parseLong(words[2]), Long.parseLong(words[3]), at));
			case "T" -> this.busy++;
			case "U" -> this.unknown++;
			case "M" -> this.measures.computeIfAbsent(run(node), (run) -> new ArrayList<>())
				.add(new Measure(at, Long.parseLong(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4]),
						Long.parseLong(words[5])));
			case "X" -> this.unexpected.add(node + ": " + line.substring(line.indexOf(' ', 2) + 1));
			case "B" -> this.stopping.add(node);
			case "Z" -> {
				// For readers of the file.
			}
			default -> this.unexpected.add(node + " wrote: " + line);
		}
	}

	private String run(String node) {
		return node + "/" + this.runs.getOrDefault(node, 0);
	}

	private void granted(String node, String lock, long token, long at, Part part) {
		Holding holding = new Holding(lock, token, node, this.runs.getOrDefault(node, 0), at, part);
		this.holdings.computeIfAbsent(lock, (any) -> new ArrayList<>()).add(holding);
		this.open.put(node + " " + lock, holding);
		this.lastGrantOfNode.put(node, at);
		this.lastGrantOfLock.put(lock, at);
	}

	private void ended(String node, String lock, long token, long lastTrue, String how, long at) {
		Holding holding = find(node, lock, token);
		if (holding == null || holding.ended != 0) {
			this.unexpected.add(node + ": the end of " + lock + "#" + token + " without a beginning");
			return;
		}
		holding.ended = at;
		holding.lastTrue = lastTrue;
		holding.lost = how.startsWith("LOST");
		holding.stopping = this.stopping.contains(node);
		this.open.remove(node + " " + lock, holding);
	}

	private void told(String node, String lock, long token, String reason, long at) {
		Holding holding = find(node, lock, token);
		if (holding == null) {
			this.unexpected.add(node + ": the loss of " + lock + "#" + token + ", which it never had");
			return;
		}
		holding.told.add(at);
		holding.reason = reason;
	}

	private @Nullable Holding find(String node, String lock, long token) {
		Holding open = this.open.get(node + " " + lock);
		if (open != null && open.token == token) {
			return open;
		}
		List<Holding> all = this.holdings.getOrDefault(lock, List.of());
		for (int i = all.size() - 1; i >= 0; i--) {
			Holding each = all.get(i);
			if (each.token == token && each.node.equals(node)) {
				return each;
			}
		}
		return null;
	}

	/**
	 * A node's process has ended.
	 * @param until the last moment at which one of its threads can have run
	 */
	void died(String node, long until) {
		this.open.values().removeIf((holding) -> {
			if (holding.node.equals(node)) {
				holding.died = Math.max(until, holding.granted);
				return true;
			}
			return false;
		});
	}

	/** How often a hint has given a lock to a node, as far as it was measured. */
	long hinted() {
		return this.measures.values().stream().mapToLong((all) -> all.get(all.size() - 1).hinted()).sum();
	}

	Map<String, List<Holding>> holdings() {
		return this.holdings;
	}

	/** The open holdings of a node. */
	Collection<Holding> open() {
		return this.open.values();
	}

	long joinedAt(String node) {
		return this.joined.getOrDefault(node, 0L);
	}

	long lastGrantOfNode(String node) {
		return this.lastGrantOfNode.getOrDefault(node, 0L);
	}

	long lastGrantOfLock(String lock) {
		return this.lastGrantOfLock.getOrDefault(lock, 0L);
	}

	/**
	 * One run of the job.
	 *
	 * @param node the node that ran it
	 * @param fireTime the fire time, by that node's wall clock
	 * @param term its term
	 * @param at the time
	 */
	record Firing(String node, long fireTime, long term, long at) {

		/** How far the wall clock was ahead of the monotonic one, in milliseconds. */
		long clock() {
			return this.fireTime - TimeUnit.NANOSECONDS.toMillis(this.at);
		}

	}

	/**
	 * What the brokers store for all shards together.
	 *
	 * @param at when
	 * @param bytes the size of their journals
	 * @param subscriptions how many subscriptions, durable or not
	 */
	record Kept(long at, long bytes, int subscriptions) {

		/**
		 * Asks the brokers.
		 * @return null if they do not answer
		 */
		static @Nullable Kept of(Pulsar pulsar, List<String> topics) {
			List<TopicStats> all = pulsar.stats(topics);
			return (all != null) ? new Kept(System.nanoTime(), all.stream().mapToLong(TopicStats::storageSize).sum(),
					all.stream().mapToInt((each) -> each.subscriptions().size()).sum()) : null;
		}

	}

	/**
	 * What one process used.
	 *
	 * @param at when
	 * @param heap bytes in use after a collection
	 * @param threads live threads
	 * @param files open file descriptors
	 * @param hinted how often a hint has given it a lock
	 */
	record Measure(long at, long heap, int threads, int files, long hinted) {
	}

}
