package io.pulsarlock.comparison.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.pulsarlock.comparison.Probe;
import org.jspecify.annotations.Nullable;

/**
 * All numbers, of one run or of several that were joined. They are written to a file as
 * they come, one cell at a time, so that nothing that was measured is lost: each cell is
 * its numbers and then a line that says how it went. Of a cell that was measured twice
 * the last counts; numbers without such a line do not.
 */
public final class Results {

	private final List<Run> runs = new ArrayList<>();

	private final Map<Cell, Measured> cells = new LinkedHashMap<>();

	private final List<Probe> probes = new ArrayList<>();

	private List<Value> pending = new ArrayList<>();

	private @Nullable Path file;

	/**
	 * Adds the numbers in files of earlier runs. To be called before {@link #writeTo}.
	 * @param path a file, or a directory of files that end in {@code .tsv}
	 */
	public void read(Path path) {
		try {
			if (Files.isDirectory(path)) {
				try (Stream<Path> files = Files.list(path)) {
					files.filter((each) -> each.toString().endsWith(".tsv")).sorted().forEach(this::read);
				}
			}
			else {
				for (String line : Files.readAllLines(path)) {
					readLine(line.split("\t", -1));
				}
				discard();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void readLine(String[] words) {
		switch (words[0]) {
			case "run" -> this.runs.add(new Run(words[1], words[2], words[3]));
			case "probe" -> this.probes.add(new Probe(Double.parseDouble(words[1]), Double.parseDouble(words[2]),
					Double.parseDouble(words[3])));
			case "value" ->
				add(words[1], words[2], words[3], Integer.parseInt(words[4]), words[5], Double.parseDouble(words[6]));
			case "cell" -> put(new Cell(words[1], words[2], Integer.parseInt(words[3]), List.of(words[4].split(","))),
					Outcome.valueOf(words[5]), Double.parseDouble(words[6]), Double.parseDouble(words[7]), words[8]);
			default -> throw new IllegalArgumentException("Not a line of results: " + String.join(" ", words));
		}
	}

	/**
	 * From now on everything goes to a file too, which begins with what there is already.
	 * @param file the file; what was there is kept with another name
	 */
	public void writeTo(Path file) {
		try {
			Path directory = Objects.requireNonNull(file.getParent());
			Path written = Files.createDirectories(directory).resolve(file.getFileName() + ".new");
			Files.writeString(written, text());
			if (Files.exists(file)) {
				Files.move(file, directory.resolve(file.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
			}
			Files.move(written, file);
			this.file = file;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void append(String text) {
		Path file = this.file;
		if (file != null) {
			try {
				Files.writeString(file, text, StandardOpenOption.APPEND);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/**
	 * Notes that a run begins.
	 * @param run the run
	 */
	public void begin(Run run) {
		this.runs.add(run);
		append(run.line());
	}

	/**
	 * Adds a probe of the machine.
	 * @param probe the probe
	 */
	public void add(Probe probe) {
		this.probes.add(probe);
		append(line(probe));
	}

	/**
	 * Adds a number to the cell that is being measured.
	 * @param row the row
	 * @param variant what of the row
	 * @param peer the peer
	 * @param fork the number of the round
	 * @param metric which number
	 * @param value the number
	 */
	public void add(String row, String variant, String peer, int fork, String metric, double value) {
		this.pending.add(new Value(row, variant, peer, fork, metric, value));
	}

	/**
	 * Takes the numbers of the cell that is being measured back.
	 */
	public void discard() {
		this.pending = new ArrayList<>();
	}

	/**
	 * Ends a cell.
	 * @param cell the cell the numbers belong to
	 * @param outcome how it went
	 * @param seconds how long it took
	 * @param stolen the processor seconds the host took meanwhile
	 * @param message why it failed, or nothing
	 */
	public void end(Cell cell, Outcome outcome, double seconds, double stolen, String message) {
		append(put(cell, outcome, seconds, stolen, message.replaceAll("\\s+", " ")).text(cell));
	}

	private Measured put(Cell cell, Outcome outcome, double seconds, double stolen, String message) {
		Measured measured = new Measured(this.pending, outcome, seconds, stolen, message);
		// Not in the place of the former one: variants are in the order of the last.
		this.cells.remove(cell);
		this.cells.put(cell, measured);
		discard();
		return measured;
	}

	/**
	 * Whether a cell need not be measured any more.
	 * @param cell the cell
	 * @return true if it was, even if the machine changed meanwhile
	 */
	public boolean has(Cell cell) {
		Measured measured = this.cells.get(cell);
		return measured != null && measured.outcome() != Outcome.FAILED;
	}

	/**
	 * How long a cell took, in this fork or another.
	 * @param cell the cell
	 * @return the seconds of the last, or null if there is none
	 */
	public @Nullable Double seconds(Cell cell) {
		Double seconds = null;
		for (Map.Entry<Cell, Measured> each : this.cells.entrySet()) {
			Cell other = each.getKey();
			if (other.table().equals(cell.table()) && other.peer().equals(cell.peer())
					&& other.rows().equals(cell.rows()) && each.getValue().outcome() != Outcome.FAILED) {
				seconds = each.getValue().seconds();
			}
		}
		return seconds;
	}

	/**
	 * The runs all this is from.
	 * @return them
	 */
	public List<Run> runs() {
		return this.runs;
	}

	/**
	 * All probes.
	 * @return them
	 */
	public List<Probe> probes() {
		return this.probes;
	}

	/**
	 * The sum of the times of all cells.
	 * @return seconds
	 */
	public double seconds() {
		return this.cells.values().stream().mapToDouble(Measured::seconds).sum();
	}

	/**
	 * The sum of what the host took.
	 * @return processor seconds
	 */
	public double stolen() {
		return this.cells.values().stream().mapToDouble(Measured::stolen).sum();
	}

	/**
	 * How often each peer had its turn.
	 * @return the number of the last fork
	 */
	public int forks() {
		return this.cells.keySet().stream().mapToInt(Cell::fork).max().orElse(0);
	}

	boolean doubtful(String row, String peer) {
		return this.cells.entrySet()
			.stream()
			.anyMatch((each) -> each.getValue().outcome() == Outcome.DOUBTFUL && each.getKey().peer().equals(peer)
					&& each.getKey().rows().contains(row));
	}

	Set<String> failures() {
		Set<String> failures = new LinkedHashSet<>();
		this.cells.values()
			.stream()
			.filter((each) -> each.outcome() == Outcome.FAILED)
			.forEach((each) -> failures.add(each.message()));
		return failures;
	}

	private Stream<Value> all() {
		return this.cells.values().stream().flatMap((each) -> each.values().stream());
	}

	Set<String> variants(String row) {
		Set<String> variants = new LinkedHashSet<>();
		all().filter((value) -> value.row().equals(row)).forEach((value) -> variants.add(value.variant()));
		return variants;
	}

	/**
	 * The numbers of all forks, sorted.
	 * @param row the row
	 * @param variant what of the row
	 * @param peer the peer
	 * @param metric which number
	 * @return may be empty
	 */
	public double[] values(String row, String variant, String peer, String metric) {
		return all()
			.filter((value) -> value.row().equals(row) && value.variant().equals(variant) && value.peer().equals(peer)
					&& value.metric().equals(metric))
			.mapToDouble(Value::value)
			.sorted()
			.toArray();
	}

	/**
	 * The number in the middle.
	 * @param values some
	 * @return between the two in the middle where the number of values is even
	 */
	public static double median(Collection<Double> values) {
		return median(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	static double median(double[] values) {
		double[] sorted = Arrays.stream(values).sorted().toArray();
		return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
	}

	/**
	 * Whether a peer was measured.
	 * @param peer the peer
	 * @return true if there is a cell of it
	 */
	public boolean hasPeer(String peer) {
		return this.cells.keySet().stream().anyMatch((cell) -> cell.peer().equals(peer));
	}

	private String text() {
		StringBuilder text = new StringBuilder();
		this.runs.forEach((run) -> text.append(run.line()));
		this.probes.forEach((probe) -> text.append(line(probe)));
		this.cells.forEach((cell, measured) -> text.append(measured.text(cell)));
		return text.toString();
	}

	private static String line(Probe probe) {
		return line("probe", probe.roundTrip(), probe.sync(), probe.load());
	}

	private static String line(Object... words) {
		return String.join("\t", Arrays.stream(words).map(Results::word).toList()) + "\n";
	}

	private static String word(Object word) {
		return (word instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15)
				? Long.toString(number.longValue()) : word.toString();
	}

	/** How a cell went. */
	public enum Outcome {

		/** Measured. */
		DONE,

		/** Measured, but the machine changed meanwhile. */
		DOUBTFUL,

		/** Not measured, or not all of it. */
		FAILED

	}

	/**
	 * What is measured in one go.
	 *
	 * @param table {@code equal} timeouts or {@code defaults}
	 * @param peer the peer
	 * @param fork the number of the round
	 * @param rows the rows of the report that it fills
	 */
	public record Cell(String table, String peer, int fork, List<String> rows) {
	}

	/**
	 * One use of the command.
	 *
	 * @param date when
	 * @param settings with what all numbers of a report must be measured
	 * @param command its arguments
	 */
	public record Run(String date, String settings, String command) {

		String line() {
			return Results.line("run", this.date, this.settings, this.command);
		}

	}

	private record Measured(List<Value> values, Outcome outcome, double seconds, double stolen, String message) {

		String text(Cell cell) {
			StringBuilder text = new StringBuilder();
			for (Value value : this.values) {
				text.append(line("value", value.row(), value.variant(), value.peer(), value.fork(), value.metric(),
						value.value()));
			}
			return text
				.append(line("cell", cell.table(), cell.peer(), cell.fork(), String.join(",", cell.rows()),
						this.outcome, this.seconds, this.stolen, this.message))
				.toString();
		}

	}

	private record Value(String row, String variant, String peer, int fork, String metric, double value) {
	}

}
