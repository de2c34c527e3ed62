package io.pulsarlock.comparison;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
 * @param idleLimit how long P6 may take for one number of names
 * @param full whether all variants of P2, P3 and P6 are measured, or some
 * @param serverCore the processor of servers, or -1
 * @param clientCore the processor of clients, or -1
 * @param report a Markdown file, or a directory
 * @param work where servers keep their data
 */
public record Options(Set<String> rows, Set<String> peers, int forks, double seconds, double warmup, int failovers,
		int timeout, boolean defaults, double idleLimit, boolean full, int serverCore, int clientCore, Path report,
		Path work) {

	static final String HELP = """
			java -jar comparison.jar [options]
			  --rows=P1,P3        rows (all): P1 P1c P2 P3 P4 P5 P6 P7 P8 P9
			  --peers=a,b         peers (all): %s
			  --forks=3           how often each peer gets its turn
			  --seconds=30        how long one measurement is
			  --warmup=10         seconds of warm-up before each
			  --failovers=10      rounds of P5
			  --timeout=10        seconds: the timeout that is equal for all
			  --defaults=true     P5 also at each product's defaults
			  --idle-limit=120    seconds P6 may take for one peer
			  --full=false        all variants of P2, P3 and P6, not a subset
			  --server-core=0     processor of servers, -1 for any
			  --client-core=1     processor of clients, -1 for any
			  --report=FILE.md    where the report goes, or a directory
			  --work=DIR          where servers keep their data: must be a disk
			""";

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
				take.number("seconds", 30), take.number("warmup", 10), (int) take.number("failovers", 10),
				(int) take.number("timeout", 10), Boolean.parseBoolean(take.text("defaults", "true")),
				take.number("idle-limit", 120), Boolean.parseBoolean(take.text("full", "false")),
				(int) take.number("server-core", 0), (int) take.number("client-core", 1),
				Path.of(take.text("report", "benchmarks/comparison/target/report")).toAbsolutePath(),
				Path.of(take.text("work", System.getProperty("java.io.tmpdir"))).toAbsolutePath());
		if (!given.isEmpty()) {
			throw new IllegalArgumentException("Unknown options " + given.keySet());
		}
		return options;
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

		double number(String name, double otherwise) {
			return Double.parseDouble(text(name, Double.toString(otherwise)));
		}

		Set<String> set(String name) {
			String value = text(name, "");
			return value.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(value.split(",")));
		}

	}

}
