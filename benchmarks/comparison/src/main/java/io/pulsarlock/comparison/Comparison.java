package io.pulsarlock.comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.pulsarlock.comparison.report.Report;
import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.row.Bench;
import io.pulsarlock.comparison.row.Row;
import io.pulsarlock.comparison.server.Place;
import io.pulsarlock.comparison.server.Proc;
import io.pulsarlock.comparison.server.Programs;
import io.pulsarlock.comparison.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * The command. In each fork every peer takes its turn: its server is started alone, its
 * rows are measured with new clients, and everything is thrown away. So whatever the
 * machine does meanwhile hits all of them.
 */
public final class Comparison {

	private final Options options;

	private final String commandLine;

	private final Place place;

	private final Results results = new Results();

	private final List<PeerSpec> peers = new ArrayList<>();

	private final Map<String, String> skipped = new LinkedHashMap<>();

	private final List<Probe> probes = new ArrayList<>();

	private final List<String> loads = new ArrayList<>();

	private final long stealBefore = Proc.steal();

	private final long begin = System.nanoTime();

	private volatile @Nullable Server server;

	private volatile @Nullable Path directory;

	Comparison(Options options, Place place, String... args) {
		this.options = options;
		this.place = place;
		this.commandLine = String.join(" ", args);
		for (PeerSpec peer : PeerSpec.all()) {
			if (options.wantsPeer(peer.id())) {
				String missing = peer.missing(place);
				if (missing == null) {
					this.peers.add(peer);
				}
				else {
					this.skipped.put(peer.title(), missing);
				}
			}
		}
	}

	public static void main(String[] args) throws IOException {
		if (List.of(args).contains("--help")) {
			System.out.printf(Options.HELP, String.join(" ", PeerSpec.all().stream().map(PeerSpec::id).toList()));
			return;
		}
		Options options = Options.parse(args);
		Comparison comparison = new Comparison(options, Place.here(options.serverCore(), options.clientCore()), args);
		Runtime.getRuntime().addShutdownHook(new Thread(comparison::abandon));
		comparison.run();
	}

	/**
	 * Runs everything, and writes the report after each fork, so that no hour is lost.
	 */
	Results run() throws IOException {
		this.skipped.forEach((peer, why) -> say(peer + " skipped: " + why));
		say(this.peers.size() + " peers, " + this.options.forks() + " forks, about " + Math.round(seconds() / 60)
				+ " min");
		for (int fork = 1; fork <= this.options.forks(); fork++) {
			for (PeerSpec peer : this.peers) {
				turn(peer, fork, Duration.ofSeconds(this.options.timeout()), "equal");
			}
			write();
		}
		if (this.options.defaults() && this.options.wantsRow("P5")) {
			for (PeerSpec peer : this.peers) {
				if (peer.defaults() != null) {
					turn(peer, 1, peer.defaults(), "defaults");
				}
			}
			write();
		}
		return this.results;
	}

	/** After Ctrl-C: leaves nothing behind. */
	void abandon() {
		Server server = this.server;
		Path directory = this.directory;
		if (server != null) {
			server.close();
		}
		if (directory != null) {
			// The main thread may be deleting it too, which this program does not mind.
			Programs.output("rm", "-rf", directory.toString());
		}
	}

	private void write() {
		Path file = new Report(this.options.report(), this.results, this.peers)
			.write(new Introduction(this.options, this.commandLine, this.place, this.peers, this.skipped, this.probes,
					this.loads, this.stealBefore, this.begin)
				.text());
		say("report in " + file);
	}

	private double seconds() {
		double sum = 0;
		for (PeerSpec peer : this.peers) {
			for (Row row : rows(peer, "equal")) {
				sum += row.seconds(this.options) * (row.inEachFork() ? this.options.forks() : 1);
			}
			sum += 10.0 * this.options.forks();
			if (this.options.defaults() && this.options.wantsRow("P5") && peer.defaults() != null) {
				sum += 60 + 2 * Math.max(1, Math.min(3, 90 / peer.defaults().toSeconds()))
						* Math.min(peer.defaults().toSeconds(), 60);
			}
		}
		return sum;
	}

	private List<Row> rows(PeerSpec peer, String table) {
		return Row.all()
			.stream()
			.filter((row) -> row.ids().stream().anyMatch((id) -> this.options.wantsRow(id) && peer.isIn(id)))
			.filter((row) -> table.equals("equal") || row.ids().contains("P5"))
			.toList();
	}

	/** One server, one peer. */
	private void turn(PeerSpec peer, int fork, Duration timeout, String table) throws IOException {
		List<Row> rows = rows(peer, table).stream().filter((row) -> fork == 1 || row.inEachFork()).toList();
		if (rows.isEmpty()) {
			return;
		}
		Path directory = Files.createTempDirectory(Files.createDirectories(this.options.work()), "comparison-",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
		boolean complete = true;
		this.directory = directory;
		try (Server server = peer.server().start(this.place, directory.resolve("server"), timeout)) {
			this.server = server;
			for (Row row : rows) {
				Path clients = Files.createDirectories(directory.resolve("clients-" + row.ids().get(0)));
				complete &= measure(row,
						new Bench(this.options, this.place, peer, server, timeout, clients, fork, table, this.results));
			}
		}
		catch (RuntimeException ex) {
			complete = false;
			failed(peer, ex, "the server");
		}
		this.server = null;
		this.directory = null;
		// The logs of what failed stay.
		delete(complete ? directory : directory.resolve("server/data"));
	}

	/** Between two probes; once more if they differ, and marked if they differ again. */
	private boolean measure(Row row, Bench bench) {
		PeerSpec peer = bench.peer();
		say("fork " + bench.fork() + " " + peer.id() + " " + String.join("/", row.ids())
				+ (bench.table().equals("defaults") ? " at defaults" : ""));
		for (int attempt = 0; attempt < 2; attempt++) {
			Probe before = probe();
			try {
				row.measure(bench);
			}
			catch (RuntimeException ex) {
				failed(peer, ex, String.join("/", row.ids()));
				return false;
			}
			boolean moved = before.movedTo(probe());
			// A second failover run would take as long as all other rows together.
			if (!moved || !row.inEachFork()) {
				if (moved) {
					this.results.doubt(row.ids(), peer.id());
				}
				return true;
			}
			if (attempt == 0) {
				say("the machine changed meanwhile, once more");
				this.results.forget(row.ids(), peer.id(), bench.fork());
			}
			else {
				this.results.doubt(row.ids(), peer.id());
			}
		}
		return true;
	}

	private Probe probe() {
		Probe probe = Probe.take(this.options.work());
		this.probes.add(probe);
		this.loads.add(Proc.load());
		return probe;
	}

	private void failed(PeerSpec peer, RuntimeException why, String what) {
		why.printStackTrace();
		String message = String.valueOf(why.getMessage()).lines().findFirst().orElse("?");
		say(peer.id() + " " + what + " failed: " + message);
		// Where the log is, is of this machine.
		this.results.failed(peer.title() + ", " + what + ": " + message.replaceAll(",? ?\\(?see /\\S+", ""));
	}

	private void say(String text) {
		long seconds = Duration.ofNanos(System.nanoTime() - this.begin).toSeconds();
		System.out.printf("%5d:%02d %s%n", seconds / 60, seconds % 60, text);
	}

	private static void delete(Path directory) throws IOException {
		if (Files.exists(directory)) {
			try (var files = Files.walk(directory)) {
				for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
					Files.deleteIfExists(file);
				}
			}
		}
	}

}
