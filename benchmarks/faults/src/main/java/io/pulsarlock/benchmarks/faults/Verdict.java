package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.pulsarlock.benchmarks.faults.Chronicle.Kept;
import io.pulsarlock.benchmarks.faults.Chronicle.Measure;

/** All results of a campaign, as text and as Markdown. */
final class Verdict {

	/** The number of rounds of each fault from which time limits count. */
	private static final int STRICT = 20;

	private final Settings settings;

	private final Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);

	private final List<Violation> violations = new ArrayList<>();

	private final Map<Store, long[]> updates = new EnumMap<>(Store.class);

	private final Map<String, List<Measure>> longest = new LinkedHashMap<>();

	private final Map<String, List<Kept>> kept = new LinkedHashMap<>();

	private final List<String> controls = new ArrayList<>();

	private final List<String> skipped = new ArrayList<>();

	private final List<String> failed = new ArrayList<>();

	private final List<String> anew = new ArrayList<>();

	private final StallWatch stalls;

	private int excused;

	private long hinted;

	private final List<String> toothless = new ArrayList<>();

	Verdict(Settings settings, StallWatch stalls) {
		this.settings = settings;
		this.stalls = stalls;
	}

	synchronized void add(String arena, Referee referee, Report report, Chronicle chronicle) {
		referee.tallies().forEach((fault, tally) -> this.tallies.computeIfAbsent(fault, Tally::new).add(tally));
		this.violations.addAll(referee.violations());
		this.excused += referee.excused();
		for (Store store : Store.values()) {
			Report.Counts counts = report.total(store);
			long[] sums = this.updates.computeIfAbsent(store, (any) -> new long[4]);
			sums[0] += counts.updates();
			sums[1] += counts.lost();
			sums[2] += counts.refusedReads();
			sums[3] += counts.refusedWrites();
		}
		long lost = report.total(Store.CHECKED).lost();
		if (lost != 0) {
			this.violations.add(new Violation(Violation.Kind.LOST_UPDATE, arena,
					lost + " updates: " + report.total(Store.CHECKED).lostIds()));
		}
		this.hinted += chronicle.hinted();
		this.kept.put(arena, chronicle.kept);
		chronicle.measures.entrySet()
			.stream()
			.max(Comparator.comparingInt((entry) -> entry.getValue().size()))
			.ifPresent((entry) -> this.longest.put(arena + " " + entry.getKey(), entry.getValue()));
	}

	synchronized void control(String name, boolean caught, String how) {
		this.controls.add("| " + name + " | " + (caught ? "caught" : "**NOT CAUGHT**") + " | " + how + " |");
		if (!caught) {
			this.toothless.add(name);
		}
	}

	synchronized void skip(String what) {
		this.skipped.add(what);
	}

	/** Part of the campaign could not be run to its end. */
	synchronized void fail(String what) {
		this.failed.add(what);
	}

	/** An arena could not continue and was replaced by another one. */
	synchronized void anew(String why) {
		this.anew.add(why);
	}

	/**
	 * Whether nothing was broken. The short form runs on any machine beside other
	 * programs, so missed time limits are reported but do not count.
	 */
	boolean isGood() {
		return reasons().isEmpty();
	}

	/** The reasons for a bad verdict, one per line. */
	List<String> reasons() {
		return Stream.of(this.failed, unproven(), broken()).flatMap(List::stream).toList();
	}

	/**
	 * Readers and permits prove nothing unless they meet, and hints unless they are used.
	 */
	private List<String> unproven() {
		boolean met = this.tallies.isEmpty() || this.tallies.values().stream().anyMatch((tally) -> tally.shared > 0);
		List<String> unproven = new ArrayList<>();
		if (!met) {
			unproven.add("no lock was ever shared");
		}
		if (!this.tallies.isEmpty() && this.settings.hints().areSent() && this.hinted == 0) {
			unproven.add("no hint ever gave a lock to a node");
		}
		return unproven;
	}

	private List<String> broken() {
		return Stream
			.concat(this.toothless.stream().map((twin) -> "not caught: " + twin),
					this.violations.stream().filter((each) -> !isExcused(each)).map(Violation::toString))
			.toList();
	}

	private boolean isExcused(Violation violation) {
		return this.settings.times() < STRICT && violation.kind().isOfTime();
	}

	String markdown() {
		StringBuilder text = new StringBuilder();
		text.append("# Fault campaign\n\n");
		boolean broken = !broken().isEmpty();
		String verdict = broken ? "BROKEN" : reasons().isEmpty() ? "nothing was broken" : "not run to its end";
		text.append("**Verdict: ").append(verdict).append(".**\n\n");
		text.append(Machine.describe()).append("\n\n");
		text.append("Seed ")
			.append(this.settings.seed())
			.append(", lease ")
			.append(this.settings.lease().toMillis() / 1000.0)
			.append(" s, reconnect grace ")
			.append(this.settings.grace().toMillis() / 1000.0)
			.append(" s, ")
			.append(this.settings.arenas())
			.append(" arenas of ")
			.append(this.settings.nodes())
			.append(" nodes, ")
			.append(this.settings.locks() + Arena.LONG_LOCKS + Arena.HOME_LOCKS + Arena.SHARED_LOCKS.size())
			.append(" locks, one of them with readers and one of permits, and a leader group in each.");
		if (this.settings.held() > 0) {
			text.append(" Besides, each node held ").append(this.settings.held()).append(" locks.");
		}
		text.append(" There were ").append(this.settings.hints().description());
		if (this.settings.hints().areSent()) {
			text.append(", which gave a lock to a node at least ").append(this.hinted).append(" times");
		}
		text.append(".\n\n");
		if (this.stalls.count() > 0) {
			text.append(String.format(
					"The machine itself stood %d times, up to %d ms, for which %d bounds that were not kept are excused.\n\n",
					this.stalls.count(), this.stalls.longest(), this.excused));
		}
		faults(text);
		updates(text);
		if (!this.controls.isEmpty()) {
			text.append("\n## Broken twins\n\n| twin | | by |\n|---|---|---|\n");
			this.controls.forEach((line) -> text.append(line).append('\n'));
		}
		soak(text);
		list(text, "Failed", this.failed);
		list(text, "Arenas that could not go on, and were set up anew", this.anew);
		list(text, "Not done", this.skipped);
		if (!this.violations.isEmpty()) {
			text.append(broken ? "\n## Violations\n\n" : "\n## Bounds of time that were missed\n\n");
			this.violations.stream()
				.limit(200)
				.forEach((violation) -> text.append("- ").append(violation).append('\n'));
		}
		return text.toString();
	}

	private static void list(StringBuilder text, String title, List<String> lines) {
		if (!lines.isEmpty()) {
			text.append("\n## ").append(title).append("\n\n");
			lines.forEach((line) -> text.append("- ").append(line).append('\n'));
		}
	}

	private void faults(StringBuilder text) {
		text.append(
				"""
						## By fault

						Shared: hand-offs to a reader, or to a holder of a permit, beside others.
						Overlap: milliseconds in which two believed to hold the same lock that do not fit together, or more permits
						than there are, per 1 000 hand-offs, and the longest.
						Told before: least time from the callback of a loss to the next grant, of holders that could run.
						Next: from the fault (of Pulsar's faults: from their end) until a node had the lock.

						| fault | rounds | as holder / heir / waiter / leader / keeper | hand-offs (shared) | overlap ms/1000 (max) | losses (bystanders) | untold | told late | told before, least | next p50 / p99 / max s | bound s | missed fire times |
						|---|---|---|---|---|---|---|---|---|---|---|---|
						""");
		for (Tally tally : this.tallies.values()) {
			text.append("| ")
				.append(tally.fault.title())
				.append(" | ")
				.append(tally.rounds)
				.append(" | ")
				.append(Arrays.stream(Role.values())
					.map((role) -> Integer.toString(tally.roles.getOrDefault(role, 0)))
					.collect(Collectors.joining(" / ")))
				.append(" | ")
				.append(tally.handOffs)
				.append(" (")
				.append(tally.shared)
				.append(")")
				.append(String.format(" | %.3f (%.3f)", tally.overlapPerThousand(), tally.overlapMax))
				.append(" | ")
				.append(tally.losses)
				.append(" (")
				.append(tally.lossesOfBystanders)
				.append(") | ")
				.append(tally.untold)
				.append(" | ")
				.append(tally.toldLate)
				.append(" | ")
				.append(millis(Tally.percentile(tally.margins, 0)))
				.append(" | ")
				.append(seconds(Tally.percentile(tally.failovers, 50)))
				.append(" / ")
				.append(seconds(Tally.percentile(tally.failovers, 99)))
				.append(" / ")
				.append(seconds(Tally.percentile(tally.failovers, 100)))
				.append(" | ")
				.append(tally.fault.bound().toSeconds())
				.append(" | ")
				.append(tally.missedFireTimes)
				.append(" |\n");
		}
	}

	private void updates(StringBuilder text) {
		text.append("""

				## Guarded sets

				| the resource | updates | lost | refused reads | refused writes |
				|---|---|---|---|---|
				""");
		this.updates.forEach((store, sums) -> text.append(String.format("| %s | %d | %d | %d | %d |\n",
				(store == Store.CHECKED) ? "checks tokens" : "does not", sums[0], sums[1], sums[2], sums[3])));
	}

	private void soak(StringBuilder text) {
		soak(text, """

				## The longest-lived process of each arena

				| process | minutes | heap MB, first / middle / last third | threads | files |
				|---|---|---|---|---|
				""", this.longest, Measure::at, List.of(column((each) -> each.heap() / 1048576.0, "%.1f"),
				column(Measure::threads, "%.0f"), column(Measure::files, "%.0f")));
		soak(text, """

				## At the brokers of each arena

				| arena | minutes | journals kB, first / middle / last third | subscriptions |
				|---|---|---|---|
				""", this.kept, Kept::at,
				List.of(column((each) -> each.bytes() / 1000.0, "%.0f"), column(Kept::subscriptions, "%.0f")));
	}

	/** Omits a table without rows. */
	private static <T> void soak(StringBuilder text, String head, Map<String, List<T>> measured, ToLongFunction<T> at,
			List<Function<Thirds<T>, String>> columns) {
		StringBuilder rows = new StringBuilder();
		measured.forEach((name, all) -> {
			Thirds<T> thirds = new Thirds<>(all);
			if (thirds.size() > 0) {
				long nanos = at.applyAsLong(all.get(all.size() - 1)) - at.applyAsLong(all.get(0));
				rows.append("| ").append(name).append(" | ").append(Duration.ofNanos(nanos).toMinutes());
				columns.forEach((column) -> rows.append(" | ").append(column.apply(thirds)));
				rows.append(" |\n");
			}
		});
		if (!rows.isEmpty()) {
			text.append(head).append(rows);
		}
	}

	private static <T> Function<Thirds<T>, String> column(ToDoubleFunction<T> value, String format) {
		return (thirds) -> Stream.of(thirds.first(value), thirds.middle(value), thirds.last(value))
			.map((part) -> String.format(format, part))
			.collect(Collectors.joining(" / "));
	}

	private static String millis(double millis) {
		return Double.isNaN(millis) ? "-" : String.format("%.0f ms", millis);
	}

	private static String seconds(double millis) {
		return Double.isNaN(millis) ? "-" : String.format("%.2f", millis / 1000);
	}

	Path write() throws IOException {
		Path file = this.settings.folder().resolve("verdict.md");
		Files.createDirectories(file.getParent());
		Files.writeString(file, markdown());
		return file;
	}

}
