package io.pulsarlock.comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.server.Place;
import io.pulsarlock.comparison.server.Programs;

/**
 * What the report says before its tables: the command, the machine, the method, the peers
 * and the limits.
 */
record Introduction(Options options, Results results, Place place, List<PeerSpec> peers, Map<String, String> skipped) {

	/**
	 * The part of the processors' time, stolen by the host, from which on a reader should
	 * know.
	 */
	private static final double NOTABLE = 0.01;

	String text() {
		StringBuilder text = new StringBuilder("## How to repeat it\n\n");
		List<String> commands = this.results.runs().stream().map(Results.Run::command).distinct().toList();
		text.append((commands.size() == 1) ? "Made by the command below, in one run; repeat it on your machine. "
				: "Made by the commands below, in several runs; repeat them on your machine. ");
		text.append("Compare only within a class of durability, and take differences below twofold for ties.\n\n");
		text.append("```sh\nmvn -q -Pbenchmarks -DskipTests package\n");
		for (String command : commands) {
			text.append("java -jar benchmarks/comparison/target/comparison.jar ").append(command).append('\n');
		}
		text.append("```\n\n");
		machine(text);
		peersTable(text);
		method(text);
		limits(text);
		return text.toString();
	}

	private void machine(StringBuilder text) {
		text.append("## Machine\n\n| | |\n|---|---|\n");
		line(text, "date", String.join(", ", this.results.runs().stream().map(Results.Run::date).distinct().toList())
				+ "; measured for " + Math.round(this.results.seconds() / 60) + " min");
		line(text, "processor",
				Runtime.getRuntime().availableProcessors() + " × " + field("/proc/cpuinfo", "model name"));
		line(text, "memory", field("/proc/meminfo", "MemTotal"));
		line(text, "system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
				+ System.getProperty("os.arch"));
		line(text, "disk", fileSystem());
		line(text, "Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version")
				+ ", every JVM with `" + Place.options() + "`");
		line(text, "processors", pinned());
		line(text, "round trip of 64 B, loopback", range(Probe::roundTrip));
		line(text, "append of 512 B and fdatasync", range(Probe::sync));
		line(text, "load average at the probes", this.results.probes().stream().mapToDouble(Probe::load).min().orElse(0)
				+ " to " + this.results.probes().stream().mapToDouble(Probe::load).max().orElse(0));
		line(text, "processor time stolen by the host", Math.round(this.results.stolen()) + " s");
		text.append('\n');
	}

	/** The part of the processors' time that the host gave to others. */
	private double stolen() {
		return this.results.stolen() / (this.results.seconds() * Runtime.getRuntime().availableProcessors());
	}

	private String pinned() {
		if (Programs.find("taskset") == null || this.options.serverCore() < 0
				|| this.options.clientCore() >= Runtime.getRuntime().availableProcessors()) {
			return "not bound";
		}
		return "servers on " + this.options.serverCore() + ", clients on " + this.options.clientCore()
				+ ", so that 16 clients share one";
	}

	private String range(ToDoubleFunction<Probe> value) {
		double[] values = this.results.probes().stream().mapToDouble(value).sorted().toArray();
		if (values.length == 0) {
			return "?";
		}
		return String.format(Locale.ROOT, "%.0f µs (%.0f to %.0f), medians of %d probes",
				values[values.length / 2] / 1e3, values[0] / 1e3, values[values.length - 1] / 1e3, values.length);
	}

	private String fileSystem() {
		try {
			String type = Files.getFileStore(this.options.work()).type();
			return type.equals("tmpfs") ? "tmpfs: **no disk, so D2 means nothing here; use `--work`**" : type;
		}
		catch (IOException ex) {
			return "?";
		}
	}

	private static String field(String file, String name) {
		try {
			return Files.readAllLines(Path.of(file))
				.stream()
				.filter((line) -> line.startsWith(name))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElse("?");
		}
		catch (IOException ex) {
			return "?";
		}
	}

	private static void line(StringBuilder text, String name, String value) {
		text.append("| ").append(name).append(" | ").append(value).append(" |\n");
	}

	private void peersTable(StringBuilder text) {
		text.append("## Peers\n\n| peer | class | client | server | time limit of a silent holder |\n");
		text.append("|---|---|---|---|---|\n");
		for (PeerSpec peer : this.peers) {
			text.append("| ").append(peer.title()).append(" | ").append(peer.durability()).append(" | ");
			text.append(peer.version(this.place)).append(" | ").append(peer.server().version(this.place));
			text.append(" | ").append(peer.times()).append(" |\n");
		}
		text.append('\n');
		Arrays.stream(PeerSpec.Durability.values())
			.forEach((each) -> text.append("- ").append(each).append(": ").append(each.text()).append('\n'));
		if (!this.skipped.isEmpty()) {
			text.append("\nNot in this run:\n\n");
			this.skipped.forEach((peer, why) -> text.append("- ").append(peer).append(": ").append(why).append('\n'));
		}
		text.append('\n');
	}

	private void method(StringBuilder text) {
		text.append("## Method\n\n");
		text.append("- ").append(this.results.forks());
		text.append((this.results.forks() == 1) ? " fork" : " forks");
		text.append("; in each every peer takes its turn, with a new server, alone, and new client JVMs, whose class ");
		text.append("path is what the client's own POM asks for. P5, P6, P8 and P9 are in the first fork only.\n");
		text.append("- ").append(this.options.seconds()).append(" s after ").append(this.options.warmup());
		text.append(
				" s of warm-up; in P2 half of it, and after the first case 1 s of warm-up. Percentiles by HdrHistogram. Tables give the median of the forks, ");
		text.append("in brackets the smallest and largest.\n");
		text.append("- Timeouts are ").append(this.options.timeout());
		text.append(" s for all, where a product has one; tables that say so are at its defaults.\n");
		text.append(
				"- Before and after each measurement a probe. If it moved more than 1.5 times, the measurement is made ");
		text.append(
				"once more, as long as that takes at most a twentieth of the time; ⚠ means that it moved again, or ");
		text.append("that it moved (in P5, P6, P8 and P9 always).\n");
		text.append("- In P5 ").append(this.options.failovers());
		text.append(" rounds for each way to end; at defaults up to three, and none where the default is longer than ");
		text.append(PeerSpec.LONGEST_DEFAULT.toSeconds())
			.append(" s (`--full=true` measures those). In P6 100 000 names where they fit in ");
		text.append(this.options.idleLimit()).append(" s. P8 watches for a whole timeout.\n\n");
	}

	private void limits(StringBuilder text) {
		text.append("## Limits\n\n");
		text.append(
				"- One machine, loopback, single servers (Hazelcast CP needs three members): no network, no quorum.\n");
		text.append(
				"- Rows of class D2 scale with the disk: one that takes milliseconds for an fdatasync, as many do, ");
		text.append("adds as much to each acquire of any peer.\n");
		if (stolen() >= NOTABLE) {
			text.append("- The host gave ").append(Math.round(100 * stolen()));
			text.append(
					" % of the processors' time to others meanwhile. It hits all peers, but not in the same cells: ");
			text.append("trust ratios, and those marked ⚠ less.\n");
		}
		text.append("- ShedLock and a bare Exclusive subscription cannot wait; the adapters ask every 10 ms. Spring ");
		text.append("Integration asks every 100 ms, its default.\n");
		text.append(
				"- Locks of ShedLock and of Spring Integration are not renewed by themselves: in P5 they end when their time ");
		text.append("is over, whether or not their holder lives.\n");
		text.append(
				"- PG advisory locks, RabbitMQ and bare Pulsar constructions are ended by the connection: a stopped ");
		text.append("process keeps it until it is ended.\n");
		text.append(
				"- Closed loops: a stall of the server is one slow sample and not all that would have come meanwhile.\n");
	}

}
