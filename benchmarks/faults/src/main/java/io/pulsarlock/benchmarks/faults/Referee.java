package io.pulsarlock.benchmarks.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import io.pulsarlock.benchmarks.faults.Chronicle.Firing;
import io.pulsarlock.benchmarks.faults.Chronicle.Kept;
import io.pulsarlock.benchmarks.faults.Chronicle.Measure;
import io.pulsarlock.benchmarks.faults.Violation.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Determines from a chronicle whether the promises were kept. It does not know the
 * library: beliefs are intervals on the machine's monotonic clock, which all processes
 * share, so on one machine it sees what no node can see.
 * <p>
 * The oracles follow those of Jepsen's lock tests and of Hazelcast's fenced mutex models;
 * since a lock's tokens give the order, no search for one is needed.
 */
final class Referee {

	/**
	 * A lock of this name is held for a long time, so it may rightly have no grant for a
	 * long time.
	 */
	static final String LONG = "long-";

	static final String GROUP = "group:";

	private static final double MILLIS = 1e6;

	/** How long after a stall of the machine a violation may still be caused by it. */
	private static final long EXCUSED = 10_000_000_000L;

	/** A wall clock with a larger error has been changed. */
	private static final long TURNED_MILLIS = 600_000;

	/** Some ledgers; a leak is larger within minutes. */
	private static final double MOST_JOURNAL_GROWTH = 4 << 20;

	private final Chronicle chronicle;

	private final Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);

	private final List<Violation> violations = new ArrayList<>();

	private int excused;

	private final TreeMap<Long, Round> byTime = new TreeMap<>();

	/** Whether tokens are meaningful; they are not for a broken lock without tokens. */
	private final boolean tokens;

	private final StallWatch stalls;

	Referee(Chronicle chronicle, boolean tokens, StallWatch stalls) {
		this.chronicle = chronicle;
		this.tokens = tokens;
		this.stalls = stalls;
		for (Round round : chronicle.rounds) {
			this.byTime.put(round.begun, round);
			Tally tally = tally(round.fault);
			if (!round.isUndone()) {
				tally.rounds++;
				round.roles.forEach((role) -> tally.roles.merge(role, 1, Integer::sum));
			}
		}
	}

	void referee() {
		this.chronicle.holdings().forEach((lock, all) -> {
			List<Holding> believed = all.stream()
				.filter((each) -> each.believedUntil() > each.granted)
				.sorted(Comparator.comparingLong((each) -> each.granted))
				.toList();
			if (this.tokens) {
				tokens(lock, all, believed);
			}
			overlaps(believed);
			losses(all);
		});
		liveness();
		firings();
		growth();
		this.chronicle.unexpected.stream()
			.limit(20)
			.forEach((text) -> this.violations.add(new Violation(Kind.UNEXPECTED, "any", text)));
	}

	private void tokens(String lock, List<Holding> all, List<Holding> believed) {
		Map<Long, Holding> seen = new HashMap<>();
		for (Holding each : all) {
			Holding before = seen.put(each.token, each);
			if (before != null) {
				violation(Kind.TOKEN, each.granted,
						lock + ": token " + each.token + " was given to " + before.node + " and again to " + each.node);
			}
		}
		Holding last = null;
		Holding lastOfAll = null;
		for (Holding each : believed) {
			// Those that share a lock may notice their turns in any order.
			Holding before = each.part.isAll() ? last : lastOfAll;
			if (before != null && each.token <= before.token) {
				violation(Kind.TOKEN, each.granted, each + " came after " + before);
			}
			last = (last == null || each.token > last.token) ? each : last;
			lastOfAll = each.part.isAll() ? each : lastOfAll;
		}
	}

	private void overlaps(List<Holding> believed) {
		List<Holding> inside = new ArrayList<>();
		for (Holding each : believed) {
			Tally tally = tallyAt(each.granted);
			if (tally != null) {
				tally.handOffs++;
			}
			inside.removeIf((other) -> other.believedUntil() <= each.granted);
			if (!inside.isEmpty()) {
				if (fits(inside, each)) {
					if (tally != null) {
						tally.shared++;
					}
				}
				else {
					overlap(inside, each, tally);
				}
			}
			inside.add(each);
		}
	}

	/** Whether there is room for one more beside those that hold the lock. */
	private static boolean fits(List<Holding> inside, Holding one) {
		long used = one.part.units();
		for (Holding other : inside) {
			used += other.part.units();
			if (other.excludes(one)) {
				return false;
			}
		}
		return used <= one.part.capacity();
	}

	private void overlap(List<Holding> inside, Holding one, @Nullable Tally tally) {
		// Among those it must not meet, or else among all of too many.
		Holding longest = inside.stream()
			.max(Comparator.<Holding, Boolean>comparing((other) -> other.excludes(one))
				.thenComparingLong(Holding::believedUntil))
			.orElseThrow();
		double millis = (Math.min(longest.believedUntil(), one.believedUntil()) - one.granted) / MILLIS;
		if (tally != null) {
			tally.overlaps++;
			tally.overlapSum += millis;
			tally.overlapMax = Math.max(tally.overlapMax, millis);
		}
		violation(Kind.OVERLAP, one.granted, longest + " and " + one + " for " + String.format("%.3f ms", millis)
				+ ((inside.size() > 1) ? ", " + (inside.size() + 1) + " in all" : ""));
	}

	private void losses(List<Holding> all) {
		List<Holding> ordered = all.stream().sorted(Comparator.comparingLong((each) -> each.token)).toList();
		for (int i = 0; i < ordered.size(); i++) {
			Holding each = ordered.get(i);
			if (each.died != 0 || (!each.lost && each.told.size() <= 1)) {
				continue;
			}
			Round round = roundAt(each.ended);
			Tally tally = tallyAt(each.ended);
			if (tally != null) {
				tally.losses++;
			}
			if (each.told.size() != 1) {
				if (tally != null) {
					tally.untold++;
				}
				violation(Kind.UNTOLD, each.ended, each + " was told " + each.told.size() + " times");
			}
			if (isBystander(each, round)) {
				if (tally != null) {
					tally.lossesOfBystanders++;
				}
				violation(Kind.BYSTANDER, each.ended, each + " was lost: " + each.reason);
			}
			Holding next = ordered.stream().skip(i + 1).filter(each::excludes).findFirst().orElse(null);
			if (next != null && !each.told.isEmpty() && !isPaused(each)) {
				margin(each, next, tally);
			}
		}
	}

	private void margin(Holding lost, Holding next, @Nullable Tally tally) {
		double margin = (next.granted - lost.told.get(0)) / MILLIS;
		if (tally != null) {
			tally.margins.add(margin);
		}
		if (margin < 0) {
			if (tally != null) {
				tally.toldLate++;
			}
			violation(Kind.TOLD_LATE, next.granted,
					lost + " was told " + String.format("%.3f", -margin) + " ms after " + next + " had been granted");
		}
	}

	/**
	 * Whether neither its node nor Pulsar was hit, and the node was not being stopped.
	 */
	private static boolean isBystander(Holding lost, @Nullable Round round) {
		return !lost.stopping
				&& (round == null || (round.fault.kind() == Fault.Kind.NODE && !lost.node.equals(round.target)));
	}

	/**
	 * Whether the holder's threads were paused while it had the lock, so that they could
	 * not be notified.
	 */
	private boolean isPaused(Holding holding) {
		for (Round round : this.chronicle.rounds) {
			if (round.fault.isPause() && holding.node.equals(round.target) && round.injected <= holding.told.get(0)
					&& round.healed >= holding.granted) {
				return true;
			}
		}
		return false;
	}

	private void liveness() {
		List<String> locks = new ArrayList<>(this.chronicle.holdings().keySet());
		for (Round round : this.chronicle.rounds) {
			if (round.fault.kind() == Fault.Kind.LAST || round.isUndone()) {
				continue;
			}
			for (String lock : locks) {
				List<Holding> all = this.chronicle.holdings().get(lock);
				if (round.fault.kind() == Fault.Kind.NODE) {
					failover(round, lock, all);
				}
				else if (!lock.startsWith(LONG) && !lock.startsWith(GROUP) && !lock.startsWith(HeldLocks.PREFIX)) {
					backIn(round, lock, all);
				}
			}
			if (round.recovered == 0) {
				violation(Kind.LIVENESS, round.healed + round.fault.bound().toNanos(),
						round + " was not got over in time");
			}
		}
	}

	/** The time from the fault of a holder to the next grant. */
	private void failover(Round round, String lock, List<Holding> all) {
		Round following = following(round);
		long until = (following != null) ? following.begun : Long.MAX_VALUE;
		for (Holding each : all) {
			long end = Math.max(each.ended, each.died);
			boolean hit = each.node.equals(round.target) && each.granted <= round.injected && end >= round.injected
					&& end < until;
			if (!hit || (!each.lost && each.died == 0 && round.fault != Fault.SHUTDOWN)) {
				continue;
			}
			Holding next = next(all, each);
			if (next != null && next.granted >= until) {
				// The next in line may be the node that is hit next.
				continue;
			}
			long from = (round.fault == Fault.SHUTDOWN) ? each.ended : round.injected;
			if (next == null) {
				continue;
			}
			double millis = (next.granted - from) / MILLIS;
			tally(round.fault).failovers.add(millis);
			if (millis > round.fault.bound().toMillis()) {
				violation(Kind.LIVENESS, next.granted,
						lock + " was free for " + Math.round(millis) + " ms after " + round);
			}
		}
	}

	/**
	 * The time from the end of a fault of Pulsar to the next grant. If another fault
	 * comes first, the grant may wait for its end, too, but not for a third one.
	 */
	private void backIn(Round round, String lock, List<Holding> all) {
		OptionalLong granted = all.stream()
			.mapToLong((each) -> each.granted)
			.filter((each) -> each >= round.healed)
			.min();
		if (granted.isEmpty()) {
			return;
		}
		long limit = round.healed + round.fault.bound().toNanos();
		Round following = following(round);
		if (following == null || granted.getAsLong() < following.begun) {
			tally(round.fault).failovers.add((granted.getAsLong() - round.healed) / MILLIS);
		}
		else if (following.begun < limit) {
			limit = Math.max(limit, following.healed + following.fault.bound().toNanos());
		}
		if (granted.getAsLong() > limit) {
			violation(Kind.LIVENESS, round.healed, lock + " was granted "
					+ Math.round((granted.getAsLong() - round.healed) / MILLIS) + " ms after the end of " + round);
		}
	}

	private @Nullable Round following(Round round) {
		Map.Entry<Long, Round> entry = this.byTime.higherEntry(round.begun);
		return (entry != null) ? entry.getValue() : null;
	}

	private static @Nullable Holding next(List<Holding> all, Holding one) {
		return all.stream()
			.filter((each) -> each.granted > one.granted && each.excludes(one))
			.min(Comparator.comparingLong((each) -> each.granted))
			.orElse(null);
	}

	/**
	 * Fire times come from wall clocks. A clock that was changed yields those of another
	 * hour: they are not duplicates if they repeat, and not missed if they do not occur.
	 */
	private void firings() {
		List<Firing> all = this.chronicle.firings;
		double usual = all.isEmpty() ? 0 : median(all, Firing::clock);
		TreeMap<Long, List<Firing>> byFireTime = all.stream()
			.filter((run) -> Math.abs(run.clock() - usual) < TURNED_MILLIS)
			.collect(Collectors.groupingBy(Firing::fireTime, TreeMap::new, Collectors.toList()));
		Long before = null;
		long at = 0;
		for (Map.Entry<Long, List<Firing>> entry : byFireTime.entrySet()) {
			List<Firing> runs = entry.getValue();
			if (runs.size() > 1) {
				violation(Kind.FIRED_TWICE, runs.get(1).at(),
						entry.getKey() + " on " + runs.get(0).node() + " and " + runs.get(1).node());
			}
			if (before != null) {
				long missed = (entry.getKey() - before) / 1000 - 1;
				// It was missing from the time at which the last one had run.
				Tally tally = tallyAt(at);
				if (tally != null) {
					tally.missedFireTimes += Math.max((int) missed, 0);
				}
			}
			before = entry.getKey();
			at = runs.get(0).at();
		}
	}

	/**
	 * Compares the last third with the second, of long-lived processes and of journals.
	 */
	private void growth() {
		Thirds<Kept> kept = new Thirds<>(this.chronicle.kept);
		if (kept.size() >= 3) {
			double bytes = kept.growth(Kept::bytes);
			double subscriptions = kept.growth(Kept::subscriptions);
			if (bytes > MOST_JOURNAL_GROWTH || subscriptions > 5) {
				this.violations.add(new Violation(Kind.GROWTH, "whole run",
						String.format(
								"at the brokers: journals %+.0f bytes, subscriptions %+.0f from one third to the next",
								bytes, subscriptions)));
			}
		}
		this.chronicle.measures.forEach((run, measures) -> {
			Thirds<Measure> thirds = new Thirds<>(measures);
			if (thirds.size() < 3) {
				return;
			}
			double heap = thirds.growth(Measure::heap);
			double threads = thirds.growth(Measure::threads);
			double files = thirds.growth(Measure::files);
			if (heap > Math.max(4 << 20, 0.15 * thirds.middle(Measure::heap)) || threads > 3 || files > 5) {
				this.violations.add(new Violation(Kind.GROWTH, "whole run",
						run + String.format(": heap %+.0f bytes, threads %+.0f, files %+.0f from one third to the next",
								heap, threads, files)));
			}
		});
	}

	/** Of at least one value. */
	static <T> double median(List<T> of, ToDoubleFunction<T> value) {
		double[] sorted = of.stream().mapToDouble(value).sorted().toArray();
		return sorted[sorted.length / 2];
	}

	private @Nullable Round roundAt(long time) {
		Map.Entry<Long, Round> entry = this.byTime.floorEntry(time);
		return (entry != null) ? entry.getValue() : null;
	}

	private @Nullable Tally tallyAt(long time) {
		Round round = roundAt(time);
		return (round != null) ? tally(round.fault) : null;
	}

	private Tally tally(Fault fault) {
		return this.tallies.computeIfAbsent(fault, Tally::new);
	}

	private void violation(Kind kind, long time, String what) {
		if (kind.isOfTime() && this.stalls.stalled(time - EXCUSED, time)) {
			this.excused++;
			return;
		}
		Round round = roundAt(time);
		this.violations.add(new Violation(kind, (round != null) ? round.toString() : "before the first fault", what));
	}

	void add(Violation violation) {
		this.violations.add(violation);
	}

	/** The number of violations caused by the machine. */
	int excused() {
		return this.excused;
	}

	Map<Fault, Tally> tallies() {
		return this.tallies;
	}

	List<Violation> violations() {
		return this.violations;
	}

}
