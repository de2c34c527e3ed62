package io.pulsarlock.comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.pulsarlock.comparison.report.Report;
import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.report.Results.Cell;
import io.pulsarlock.comparison.report.Results.Outcome;
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

	/** What the start of a server is called among the rows. */
	private static final List<String> SERVER = List.of("the server");

	/** So much of the time may go into measuring again what the machine disturbed. */
	private static final double AGAIN = 0.05;

	private final Options options;

	private final String commandLine;

	private final Place place;

	private final Results results = new Results();

	private final List<PeerSpec> peers = new ArrayList<>();

	private final Map<String, String> skipped = new LinkedHashMap<>();

	private final List<Turn> turns = new ArrayList<>();

	private final Set<Cell> over = new HashSet<>();

	private final long begin = System.nanoTime();

	private double again;

	private volatile boolean abandoned;

	private volatile @Nullable Server server;

	private volatile @Nullable Path directory;

	Comparison(Options options, Place place, String... args) {
		this.options = options;
		this.place = place;
		// Where files go is of this machine, and numbers are published.
		this.commandLine = Stream.of(args)
			.filter((arg) -> !arg.matches("--(report|work|from)=.*"))
			.collect(Collectors.joining(" "));
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
		Results earlier = new Results();
		options.earlier().forEach(earlier::read);
		if (!earlier.runs().isEmpty()) {
			// What is added to numbers is measured like them.
			options = Options
				.parse(Stream.concat(Stream.of(earlier.runs().get(0).settings().split(" ")), Stream.of(args))
					.toArray(String[]::new));
		}
		Comparison comparison = new Comparison(options, Place.here(options.serverCore(), options.clientCore()), args);
		Runtime.getRuntime().addShutdownHook(new Thread(comparison::abandon));
		comparison.run();
	}

	/**
	 * Runs everything that was not yet measured. The numbers are written after each
	 * measurement and the report after each fork, so that no hour is lost.
	 */
	Results run() throws IOException {
		this.options.earlier().forEach(this.results::read);
		for (Results.Run run : this.results.runs()) {
			if (!run.settings().equals(this.options.settings())) {
				throw new IllegalArgumentException("These numbers are from a run with " + run.settings()
						+ " and cannot be joined with " + this.options.settings());
			}
		}
		if (this.options.reportOnly()) {
			write();
			return this.results;
		}
		plan();
		this.skipped.forEach((peer, why) -> say(peer + " skipped: " + why));
		double seconds = left();
		say(this.peers.size() + " peers, " + this.turns.size() + " turns, about " + minutes(seconds) + "; numbers in "
				+ this.options.numbers());
		this.results.writeTo(this.options.numbers());
		this.results.begin(new Results.Run(LocalDate.now().toString(), this.options.settings(), this.commandLine));
		this.again = seconds * AGAIN;
		for (int i = 0; i < this.turns.size(); i++) {
			run(this.turns.get(i));
			if (i + 1 == this.turns.size() || this.turns.get(i + 1).fork() != this.turns.get(i).fork()) {
				write();
			}
		}
		return this.results;
	}

	/** After Ctrl-C: leaves nothing behind but the numbers so far. */
	void abandon() {
		this.abandoned = true;
		Server server = this.server;
		Path directory = this.directory;
		if (server != null) {
			server.close();
		}
		ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
		if (directory != null) {
			// The main thread may be deleting it too, which this program does not mind.
			Programs.output("rm", "-rf", directory.toString());
		}
	}

	/** What fails from now on fails because of that, and nothing is begun any more. */
	private void stopIfAbandoned() {
		while (this.abandoned) {
			LockSupport.park();
		}
	}

	private void write() {
		List<PeerSpec> measured = PeerSpec.all().stream().filter((peer) -> this.results.hasPeer(peer.id())).toList();
		measured.forEach((peer) -> this.skipped.remove(peer.title()));
		Path file = new Report(this.options.report(), this.results, measured)
			.write(new Introduction(this.options, this.results, this.place, measured, this.skipped).text());
		say("report in " + file);
	}

	private void plan() {
		for (int fork = 1; fork <= this.options.forks(); fork++) {
			for (PeerSpec peer : this.peers) {
				plan(peer, fork, Duration.ofSeconds(this.options.timeout()), "equal");
			}
		}
		if (this.options.defaults()) {
			for (PeerSpec peer : this.peers) {
				Duration timeout = peer.defaults();
				if (timeout != null && (this.options.full() || timeout.compareTo(PeerSpec.LONGEST_DEFAULT) <= 0)) {
					plan(peer, 1, timeout, "defaults");
				}
			}
		}
	}

	private void plan(PeerSpec peer, int fork, Duration timeout, String table) {
		List<Row> rows = Row.all()
			.stream()
			.filter((row) -> row.ids().stream().anyMatch((id) -> this.options.wantsRow(id) && peer.isIn(id)))
			.filter((row) -> table.equals("equal") || row.ids().contains("P5"))
			.filter((row) -> fork == 1 || row.inEachFork())
			.filter((row) -> !this.results.has(new Cell(table, peer.id(), fork, row.ids())))
			.toList();
		if (!rows.isEmpty()) {
			this.turns.add(new Turn(peer, fork, timeout, table, rows));
		}
	}

	/** The seconds that what is left will take. */
	private double left() {
		double sum = 0;
		for (Turn turn : this.turns) {
			double rows = 0;
			for (Row row : turn.rows()) {
				Cell cell = turn.cell(row.ids());
				Double before = this.results.seconds(cell);
				if (!this.over.contains(cell)) {
					rows += (before != null) ? before : row.seconds(this.options, turn.peer(), turn.timeout());
				}
			}
			if (rows > 0 && !this.over.contains(turn.cell(SERVER))) {
				Double before = this.results.seconds(turn.cell(SERVER));
				rows += (before != null) ? before : turn.peer().server().seconds();
			}
			sum += rows;
		}
		return sum;
	}

	private static String minutes(double seconds) {
		return (seconds < 90) ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min";
	}

	/** One server, one peer. */
	private void run(Turn turn) throws IOException {
		stopIfAbandoned();
		Path directory = Files.createTempDirectory(Files.createDirectories(this.options.work()), "comparison-",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
		boolean complete = true;
		this.directory = directory;
		Stopwatch start = new Stopwatch();
		try (Server server = turn.peer()
			.startServer(this.place, directory.resolve("server"), turn.timeout(), turn.table())) {
			this.server = server;
			start.end(turn.cell(SERVER), Outcome.DONE, "");
			for (Row row : turn.rows()) {
				Path clients = Files.createDirectories(directory.resolve("clients-" + row.ids().get(0)));
				complete &= measure(row, turn, new Bench(this.options, this.place, turn.peer(), server, turn.timeout(),
						clients, turn.fork(), turn.table(), this.results));
			}
		}
		catch (RuntimeException ex) {
			complete = false;
			start.end(turn.cell(SERVER), Outcome.FAILED, failure(turn, ex, SERVER));
			turn.rows().forEach((row) -> this.over.add(turn.cell(row.ids())));
		}
		this.server = null;
		this.directory = null;
		// The logs of what failed stay.
		delete(complete ? directory : directory.resolve("server/data"));
	}

	/** Between two probes; once more if they differ, and marked if they differ again. */
	private boolean measure(Row row, Turn turn, Bench bench) {
		Cell cell = turn.cell(row.ids());
		say("fork " + turn.fork() + " " + turn.peer().id() + " " + String.join("/", row.ids())
				+ (turn.table().equals("defaults") ? " at defaults" : "") + ", " + minutes(left()) + " left");
		for (boolean first = true;; first = false) {
			Stopwatch watch = new Stopwatch();
			Probe before = probe();
			try {
				row.measure(bench);
			}
			catch (RuntimeException ex) {
				watch.end(cell, Outcome.FAILED, failure(turn, ex, row.ids()));
				return false;
			}
			boolean moved = before.movedTo(probe());
			// A second failover run would take as long as all other rows together.
			if (moved && first && row.inEachFork() && watch.seconds() < this.again) {
				say("the machine changed meanwhile, once more");
				this.again -= watch.seconds();
				this.results.discard();
			}
			else {
				watch.end(cell, moved ? Outcome.DOUBTFUL : Outcome.DONE, "");
				return true;
			}
		}
	}

	private Probe probe() {
		stopIfAbandoned();
		Probe probe = Probe.take(this.options.work());
		this.results.add(probe);
		return probe;
	}

	private String failure(Turn turn, RuntimeException why, List<String> rows) {
		stopIfAbandoned();
		why.printStackTrace();
		String what = String.join("/", rows) + (turn.table().equals("defaults") ? " at defaults" : "");
		String message = String.valueOf(why.getMessage()).lines().findFirst().orElse("?");
		say(turn.peer().id() + " " + what + " failed: " + message);
		// Where the log is, is of this machine.
		return turn.peer().title() + ", " + what + ": " + message.replaceAll(",? ?\\(?see /\\S+", "");
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

	/** A server and the rows it is started for. */
	private record Turn(PeerSpec peer, int fork, Duration timeout, String table, List<Row> rows) {

		Cell cell(List<String> rows) {
			return new Cell(this.table, this.peer.id(), this.fork, rows);
		}

	}

	/** Measures how long a cell takes. */
	private final class Stopwatch {

		private final long begin = System.nanoTime();

		private final long steal = Proc.steal();

		double seconds() {
			return (System.nanoTime() - this.begin) / 1e9;
		}

		void end(Cell cell, Outcome outcome, String message) {
			stopIfAbandoned();
			Comparison.this.over.add(cell);
			Comparison.this.results.end(cell, outcome, seconds(), (Proc.steal() - this.steal) / 100.0, message);
		}

	}

}
