package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;

/**
 * Reports how a violation came about, with as few faults as possible.
 */
final class SimulationReport {

	private SimulationReport() {
	}

	static synchronized void print(SimulationPlan plan, RuntimeException violation) {
		SimulationPlan small = shrink(plan, violation);
		Simulation again = new Simulation(small, true);
		RuntimeException cause = again.run();
		System.out.println("seed " + plan.seed() + ": " + violation);
		small.nodes().forEach((node) -> System.out.println("  " + node));
		System.out.println("  clocks " + small.rates());
		System.out.println("with these faults only: " + cause);
		small.faults().forEach((fault) -> System.out.println("  " + fault));
		again.time().trace().forEach(System.out::println);
		if (cause != null && !(cause instanceof SimulationViolation)) {
			cause.printStackTrace(System.out);
		}
	}

	/** Removes faults as long as the same violation occurs. */
	static SimulationPlan shrink(SimulationPlan plan, RuntimeException violation) {
		SimulationPlan small = plan;
		for (int size = Math.max(plan.faults().size() / 2, 1); size > 0; size /= 2) {
			for (int from = 0; from < small.faults().size();) {
				List<SimulationFault> rest = new ArrayList<>(small.faults());
				rest.subList(from, Math.min(from + size, rest.size())).clear();
				SimulationPlan tried = small.with(rest);
				RuntimeException found = new Simulation(tried, false).run();
				if (found != null && alike(found, violation)) {
					small = tried;
				}
				else {
					from += size;
				}
			}
		}
		return small;
	}

	private static boolean alike(RuntimeException one, RuntimeException other) {
		return one.getClass() == other.getClass() && kind(one).equals(kind(other));
	}

	private static String kind(RuntimeException violation) {
		String words = String.valueOf(violation.getMessage()).replaceAll("[a-z]:[a-d]|[a-z]*\\d+|[^a-z ]", "").trim();
		return words.substring(0, Math.min(6, words.length()));
	}

}
