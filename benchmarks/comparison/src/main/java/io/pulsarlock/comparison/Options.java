package io.pulsarlock.comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The command line.
 *
 * @param rows the rows, or empty for all
 * @param peers the peers, or empty for all
 * @param forks how often each peer gets its turn
 * @param seconds how long one measurement is
 * @param warmup how long its warm-up is
 * @param failovers how many holders are killed, ended and stopped each
 * @param timeout the timeout that is equal for all, in seconds
 * @param defaults whether P5 is measured at each product's defaults too
 * @param idleLimit how long P6 may take for 100 000 names, in seconds
 * @param full whether all variants are measured, or some
 * @param serverCore the processor of servers, or -1
 * @param clientCore the processor of clients, or -1
 * @param report the Markdown file
 * @param work where servers keep their data
 * @param from files of numbers of earlier runs, or directories of them
 * @param resume whether a run that was broken off goes on
 * @param reportOnly whether nothing is measured
 */
public record Options(Set<String> rows, Set<String> peers, int forks, double seconds, double warmup, int failovers,
		int timeout, boolean defaults, double idleLimit, boolean full, int serverCore, int clientCore, Path report,
		Path work, List<Path> from, boolean resume, boolean reportOnly) {

	static final String HELP = """
			java -jar comparison.jar [options]
			Without options: all rows and peers, in four hours.
			  --rows=P1,P3        rows (all): P1 P1c P1n P2 P3 P4 P5 P6 P7 P8 P9
			                      P10 P11
			  --peers=a,b         peers (all): %s
			  --forks=3           how often each peer gets its turn
			  --seconds=5         how long one measurement is
			  --warmup=8          seconds of warm-up before each
			  --failovers=5       rounds of P5
			  --timeout=10        seconds: the timeout that is equal for all
			  --defaults=true     P5 also at each product's defaults
			  --idle-limit=60     seconds P6 may take for 100 000 names, and three times
			                      that for 10 000
			  --full=false        all variants of P2, P3, P5 and P6, not a subset
			  --server-core=0     processor of servers, -1 for any
			  --client-core=1     processor of clients, -1 for any
			  --report=FILE.md    where the report goes, or a directory; the numbers
			                      are in a .tsv beside it, after each measurement
			  --work=DIR          where servers keep their data: must be a disk
			  --resume=true       goes on with what is in that .tsv, and leaves out
			                      what was measured
			  --from=A.tsv,DIR    adds the numbers of other runs, of other rows say
			  --report-only=true  measures nothing, and writes the report
			""";

	/**
	 * These must be the same for all numbers of a report.
	 */
	private static final List<String> SETTINGS = List.of("seconds", "warmup", "failovers", "timeout", "idle-limit",
			"full", "server-core", "client-core");

	static Options parse(String... args) {
		Map<String, String> given = new LinkedHashMap<>();
		for (String arg : args) {
			if (!arg.matches("--[a-z-]+=.*")) {
				throw new IllegalArgumentException("Not an option: " + arg);
			}
			int equals = arg.indexOf('=');
			given.put(arg.substring(2, equals), arg.substring(equals + 1));
		}
		Take take = new Take(given);
		Options options = new Options(take.set("rows"), take.set("peers"), (int) take.number("forks", 3),
				take.number("seconds", 5), take.number("warmup", 8), (int) take.number("failovers", 5),
				(int) take.number("timeout", 10), take.yes("defaults", true), take.number("idle-limit", 60),
				take.yes("full", false), (int) take.number("server-core", 0), (int) take.number("client-core", 1),
				file(take.text("report", "benchmarks/comparison/target/report")),
				Path.of(take.text("work", System.getProperty("java.io.tmpdir"))).toAbsolutePath(),
				take.set("from").stream().map(Path::of).toList(), take.yes("resume", false),
				take.yes("report-only", false));
		if (!given.isEmpty()) {
			throw new IllegalArgumentException("Unknown options " + given.keySet());
		}
		return options;
	}

	private static Path file(String report) {
		Path path = Path.of(report).toAbsolutePath();
		return report.endsWith(".md") ? path : path.resolve("performance.md");
	}

	/**
	 * Where the numbers go.
	 * @return a file beside the report
	 */
	Path numbers() {
		return this.report.resolveSibling(this.report.getFileName().toString().replace(".md", ".tsv"));
	}

	/**
	 * The numbers there are before this run.
	 * @return files, or directories of them
	 */
	List<Path> earlier() {
		List<Path> earlier = new ArrayList<>(this.from);
		if ((this.resume || this.reportOnly) && Files.exists(numbers())) {
			earlier.add(numbers());
		}
		return earlier;
	}

	/**
	 * With what numbers are measured, as options.
	 * @return the options that must be the same for all numbers of a report
	 */
	String settings() {
		List<Object> values = List.of(this.seconds, this.warmup, this.failovers, this.timeout, this.idleLimit,
				this.full, this.serverCore, this.clientCore);
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < values.size(); i++) {
			text.append((i > 0) ? " --" : "--").append(SETTINGS.get(i)).append('=').append(values.get(i));
		}
		return text.toString();
	}

	boolean wantsRow(String row) {
		return this.rows.isEmpty() || this.rows.contains(row);
	}

	boolean wantsPeer(String peer) {
		return this.peers.isEmpty() || this.peers.contains(peer);
	}

	/** Takes options away, so that what is left is unknown. */
	private record Take(Map<String, String> given) {

		String text(String name, String otherwise) {
			String value = this.given.remove(name);
			return (value != null) ? value : otherwise;
		}

		boolean yes(String name, boolean otherwise) {
			return Boolean.parseBoolean(text(name, Boolean.toString(otherwise)));
		}

		double number(String name, double otherwise) {
			return Double.parseDouble(text(name, Double.toString(otherwise)));
		}

		Set<String> set(String name) {
			String value = text(name, "");
			return value.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(value.split(",")));
		}

	}

}
