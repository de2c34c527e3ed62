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
 * The remaining faults, in an order that depends on the seed. Arenas take from it until
 * nothing is left. Used by any thread.
 */
final class Schedule {

	/** The largest number of rounds that are added to fill a cell. */
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
	 * The next fault.
	 * @param lethal whether processes may be killed
	 * @return null if there is nothing left
	 */
	synchronized @Nullable Cell next(boolean lethal) {
		// An arena that may inject every fault initially leaves the harmless ones to
		// arenas that may not.
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

	/** Returns a fault that could not be injected. */
	synchronized void undone(Cell cell) {
		this.taken--;
		this.cells.add(cell);
	}

	/** Counts a round, and adds another one if a role was not hit often enough. */
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
	 * One fault to inject.
	 *
	 * @param fault the fault
	 * @param role the required role of the node; null if Pulsar is hit
	 */
	record Cell(Fault fault, @Nullable Role role) {
	}

}
