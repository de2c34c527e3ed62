package io.pulsarlock.comparison.report;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

import io.pulsarlock.comparison.PeerSpec;

/**
 * What this library aims at, and whether a run got there. Ratios to peers of the same run
 * where that is possible, because absolute times are those of a machine.
 */
final class Targets {

	private static final String OURS = "pulsar-lock";

	private static final String KEPT = "pulsar-lock-affinity";

	private static final String LOOP = "acquire and release";

	private static final String THOUSAND_NAMES = "16 threads, 1000 names";

	/** As much as two measurements of the same thing may differ. */
	private static final double NOISE = 1.25;

	private final Results results;

	private final List<PeerSpec> others;

	private final StringBuilder lines = new StringBuilder();

	Targets(Results results, List<PeerSpec> peers) {
		this.results = results;
		this.others = peers.stream().filter((peer) -> !peer.isOurs()).toList();
	}

	/**
	 * A section with a table of all targets that were measured.
	 * @return Markdown, or nothing if none was
	 */
	String text() {
		latency();
		contended();
		failover();
		double objects = ours("P6", "10000 names", "objects");
		add("P6: no object at the brokers for an idle name", objects, Unit.NUMBER, "", objects / 0.01);
		double leaderOnly = ours("P9", "@LeaderOnly, skipped", "score");
		add("P9: a skipped `@LeaderOnly` call in 200 ns", leaderOnly, Unit.TIME, "", leaderOnly / 200);
		return this.lines.isEmpty() ? "" : "\n## Targets\n\n| target | measured | |\n|---|---|---|\n" + this.lines;
	}

	private void latency() {
		double uncontended = ours("P1", LOOP, "p50");
		double curator = median("P1", LOOP, "curator", "p50");
		add("P1: p50 at most twice that of Curator", uncontended, Unit.TIME, beside("Curator", curator, Unit.TIME),
				uncontended / (2 * curator));
		double kept = median("P1c", LOOP, KEPT, "p50");
		double best = best("P1c", LOOP, (peer) -> !peer.id().equals("jvm"));
		add("P1c: p50 of 5 µs, ahead of every peer", kept, Unit.TIME, beside("the best of them", best, Unit.TIME),
				Math.max(kept / 5000, kept / best));
		double cold = ours("P7", LOOP, "p50");
		add("P7: a new name costs what another does", cold, Unit.TIME, beside("P1", uncontended, Unit.TIME),
				cold / (uncontended * NOISE));
	}

	private void contended() {
		double curator = median("P2", THOUSAND_NAMES, "curator", "rate");
		double kept = median("P2", THOUSAND_NAMES, KEPT, "rate");
		double rate = ours("P2", THOUSAND_NAMES, "rate");
		String text = beside("Curator", curator, Unit.NUMBER);
		add("P2: more than Curator per second, 16 threads and 1 000 names, with affinity", kept, Unit.NUMBER, text,
				curator / kept);
		add("P2: the same without affinity", rate, Unit.NUMBER, text, curator / rate);
		double handOff = ours("P3", "8 waiters", "p50");
		double prompt = median("P3", "8 waiters", "pulsar-lock-prompt", "p50");
		add("P3: p50 of 5 ms with 8 waiters", handOff, Unit.TIME, beside("prompt broker", prompt, Unit.TIME),
				handOff / 5e6);
		double jain = ours("P4", "8 waiters", "jain");
		add("P4: Jain's index of 0.95 with 8 waiters", jain, Unit.NUMBER, "", 0.95 / jain);
	}

	private void failover() {
		double killed = ours("P5", "kill -9, defaults", "p50");
		add("P5: kill -9 at defaults in the reconnect grace and half a second, 4.5 s", killed, Unit.TIME, "",
				killed / 4.5e9);
		double equal = ours("P5", "kill -9", "p50");
		double leased = best("P5", "kill -9", (peer) -> !peer.endsWithConnection());
		add("P5: kill -9 ahead of every peer with leases", equal, Unit.TIME,
				beside("the best of them", leased, Unit.TIME), equal / leased);
		double ended = ours("P5", "SIGTERM", "p50");
		add("P5: SIGTERM in 100 ms", ended, Unit.TIME, "", ended / 1e8);
	}

	/**
	 * Adds a line.
	 * @param part how much of what is allowed is used; not a number if something it
	 * depends on was not measured, and then there is no line
	 */
	private void add(String target, double measured, Unit unit, String besides, double part) {
		if (!Double.isNaN(part)) {
			this.lines.append("| ").append(target).append(" | ").append(unit.text(measured)).append(besides);
			this.lines.append(" | ").append((part <= 1) ? "met" : "**missed**").append(" |\n");
		}
	}

	private static String beside(String name, double value, Unit unit) {
		return Double.isNaN(value) ? "" : "; " + name + " " + unit.text(value);
	}

	private double best(String row, String variant, Predicate<PeerSpec> which) {
		OptionalDouble best = this.others.stream()
			.filter(which)
			.mapToDouble((peer) -> median(row, variant, peer.id(), "p50"))
			.filter((value) -> !Double.isNaN(value))
			.min();
		return best.orElse(Double.NaN);
	}

	private double ours(String row, String variant, String metric) {
		return median(row, variant, OURS, metric);
	}

	/** Not a number where nothing was measured. */
	private double median(String row, String variant, String peer, String metric) {
		double[] values = this.results.values(row, variant, peer, metric);
		return (values.length == 0) ? Double.NaN : Results.median(values);
	}

}
