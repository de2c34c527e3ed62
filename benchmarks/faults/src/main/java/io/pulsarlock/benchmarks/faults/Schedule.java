package io.pulsarlock.benchmarks.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What is still to be done, in an order that the seed decides. Arenas take from it until
 * nothing is left. Any thread.
 */
final class Schedule {

	/** More rounds than that are not added to fill a cell. */
	private static final int FACTOR = 3;

	private final int times;

	private final Deque<Cell> cells = new ArrayDeque<>();

	private final Map<Fault, Map<Role, Integer>> filled = new EnumMap<>(Fault.class);

	private final Map<Fault, Integer> rounds = new EnumMap<>(Fault.class);

	private int taken;

	Schedule(Settings settings) {
		this.times = settings.times();
		List<Cell> all = new ArrayList<>();
		Role[] roles = Role.values();
		for (Fault fault : settings.faults()) {
			if (fault.kind() == Fault.Kind.LAST) {
				continue;
			}
			for (int i = 0; i < this.times; i++) {
				all.add(new Cell(fault, (fault.kind() == Fault.Kind.NODE) ? roles[i % roles.length] : null));
			}
		}
		Collections.shuffle(all, new Random(settings.seed()));
		this.cells.addAll(all);
	}

	/**
	 * The next thing to do.
	 * @param lethal whether processes may be ended
	 * @return null if there is nothing left
	 */
	synchronized @Nullable Cell next(boolean lethal) {
		// Whoever may do anything leaves the harmless ones to whoever may not, at first.
		Cell cell = take((each) -> each.fault().isLethal() == lethal);
		return (cell == null && lethal) ? take((each) -> true) : cell;
	}

	private @Nullable Cell take(Predicate<Cell> which) {
		for (Iterator<Cell> cells = this.cells.iterator(); cells.hasNext();) {
			Cell cell = cells.next();
			if (which.test(cell)) {
				cells.remove();
				this.taken++;
				return cell;
			}
		}
		return null;
	}

	/** Takes back what could not be done. */
	synchronized void undone(Cell cell) {
		this.taken--;
		this.cells.add(cell);
	}

	/** Counts a round, and adds another one if a role was not met often enough. */
	synchronized void done(Round round) {
		int count = this.rounds.merge(round.fault, 1, Integer::sum);
		Map<Role, Integer> roles = this.filled.computeIfAbsent(round.fault, (any) -> new EnumMap<>(Role.class));
		round.roles.forEach((role) -> roles.merge(role, 1, Integer::sum));
		if (round.fault.kind() != Fault.Kind.NODE || round.fault.isWhileJoining() || this.times < 5
				|| this.cells.stream().anyMatch((cell) -> cell.fault() == round.fault)) {
			return;
		}
		for (Role role : Role.values()) {
			int missing = this.times - roles.getOrDefault(role, 0);
			for (int i = 0; i < missing && count + i < FACTOR * this.times; i++) {
				this.cells.add(new Cell(round.fault, role));
			}
			if (missing > 0) {
				return;
			}
		}
	}

	synchronized int total() {
		return this.taken + this.cells.size();
	}

	/**
	 * One thing to do.
	 *
	 * @param fault what
	 * @param role what the node is to be; null if Pulsar is hit
	 */
	record Cell(Fault fault, @Nullable Role role) {
	}

}
