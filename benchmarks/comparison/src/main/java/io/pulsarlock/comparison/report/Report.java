package io.pulsarlock.comparison.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

import io.pulsarlock.comparison.PeerSpec;

/**
 * Writes the report: a Markdown file and a picture for each row.
 */
public final class Report {

	/** The text before this line is written by hand and stays. */
	static final String BEGIN = "<!-- From here on written by the command. -->\n\n";

	private final Path file;

	private final Results results;

	private final List<PeerSpec> peers;

	/**
	 * A report.
	 * @param file the Markdown file
	 * @param results the numbers
	 * @param peers the peers that were measured
	 */
	public Report(Path file, Results results, List<PeerSpec> peers) {
		this.file = file;
		this.results = results;
		this.peers = peers;
	}

	/**
	 * Writes it, over what was there but for its beginning.
	 * @param introduction what comes before the tables
	 * @return the Markdown file
	 */
	public Path write(String introduction) {
		StringBuilder text = new StringBuilder(byHand()).append(BEGIN).append(introduction);
		text.append(new Targets(this.results, this.peers).text());
		for (RowText row : RowText.all()) {
			if (!this.results.variants(row.id()).isEmpty()) {
				write(row, text);
			}
		}
		if (!this.results.failures().isEmpty()) {
			text.append("\n## Not measured\n\n");
			this.results.failures().forEach((failure) -> text.append("- ").append(failure).append('\n'));
		}
		write(this.file, text.toString());
		return this.file;
	}

	/** A file without the line was written by hand altogether. */
	private String byHand() {
		if (!Files.exists(this.file)) {
			return "# Measured beside what else there is\n\n";
		}
		try {
			return Files.readString(this.file).split(Pattern.quote(BEGIN), 2)[0];
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void write(RowText row, StringBuilder text) {
		text.append("\n## ").append(row.id()).append(": ").append(row.title()).append("\n\n");
		text.append(row.text()).append('\n');
		if (row.id().equals("P9")) {
			overVariants(row, text);
			return;
		}
		List<String> variants = List.copyOf(this.results.variants(row.id()));
		String drawn = row.drawsLast() ? variants.get(variants.size() - 1) : variants.get(0);
		String picture = picture(row);
		if (draw(row, drawn, sorted(row, drawn), picture)) {
			text.append("\n![").append(row.title()).append(", ").append(drawn).append("](");
			text.append(picture).append(")\n");
		}
		for (String variant : variants) {
			text.append("\n**").append(capitalized(variant)).append("**\n\n");
			table(row, variant, sorted(row, variant), text);
		}
	}

	private String picture(RowText row) {
		return "images/" + stem() + "-" + row.id().toLowerCase(Locale.ROOT) + ".svg";
	}

	/** One table of all variants, where there is only one peer. */
	private void overVariants(RowText row, StringBuilder text) {
		List<BarChart.Bar> bars = new ArrayList<>();
		StringBuilder table = new StringBuilder("\n| call |");
		row.columns().forEach((column) -> table.append(' ').append(column.title()).append(" |"));
		table.append("\n|---|").append("---:|".repeat(row.columns().size())).append('\n');
		for (String variant : this.results.variants(row.id())) {
			table.append("| ").append(variant).append(" |");
			for (RowText.Column column : row.columns()) {
				double[] values = this.peers.stream()
					.map((peer) -> values(row, variant, peer, column.metric()))
					.filter((found) -> found.length > 0)
					.findFirst()
					.orElse(new double[0]);
				table.append(' ').append(cell(column, values)).append(" |");
				if (column == row.columns().get(0) && values.length > 0) {
					bars.add(new BarChart.Bar(variant, 0, variant.startsWith("@"), Results.median(values), values[0],
							values[values.length - 1]));
				}
			}
			table.append('\n');
		}
		BarChart chart = new BarChart(row.id() + " " + row.title() + ", per call", row.columns().get(0).unit(), bars);
		write(beside(picture(row)), chart.svg());
		text.append("\n![").append(row.title()).append("](").append(picture(row)).append(")\n").append(table);
	}

	private void table(RowText row, String variant, List<PeerSpec> sorted, StringBuilder text) {
		List<RowText.Column> columns = row.columns()
			.stream()
			.filter((column) -> sorted.stream()
				.anyMatch((peer) -> values(row, variant, peer, column.metric()).length > 0))
			.toList();
		text.append("| class | peer |");
		columns.forEach((column) -> text.append(' ').append(column.title()).append(" |"));
		text.append("\n|---|---|").append("---:|".repeat(columns.size())).append('\n');
		for (PeerSpec peer : sorted) {
			text.append("| ").append(peer.durability()).append(" | ").append(peer.title());
			text.append(this.results.doubtful(row.id(), peer.id()) ? " ⚠ |" : " |");
			for (RowText.Column column : columns) {
				text.append(' ').append(cell(column, values(row, variant, peer, column.metric()))).append(" |");
			}
			text.append('\n');
		}
	}

	/** The median of the forks, and the smallest and largest if there were several. */
	private static String cell(RowText.Column column, double[] values) {
		if (values.length == 0) {
			return "–";
		}
		String median = column.unit().text(Results.median(values));
		if (values.length == 1 || values[0] == values[values.length - 1]) {
			return median;
		}
		return median + " (" + column.unit().text(values[0]) + "–" + column.unit().text(values[values.length - 1])
				+ ")";
	}

	private List<PeerSpec> sorted(RowText row, String variant) {
		List<PeerSpec> sorted = new ArrayList<>(this.peers.stream()
			.filter((peer) -> row.columns()
				.stream()
				.anyMatch((column) -> values(row, variant, peer, column.metric()).length > 0))
			.toList());
		Comparator<PeerSpec> byValue = Comparator.comparingDouble((peer) -> {
			double[] values = values(row, variant, peer, row.columns().get(0).metric());
			return (values.length > 0) ? Results.median(values) : row.more() ? -1 : Double.MAX_VALUE;
		});
		sorted
			.sort(Comparator.comparing(PeerSpec::durability).thenComparing(row.more() ? byValue.reversed() : byValue));
		return sorted;
	}

	private double[] values(RowText row, String variant, PeerSpec peer, String metric) {
		return this.results.values(row.id(), variant, peer.id(), metric);
	}

	private boolean draw(RowText row, String variant, List<PeerSpec> sorted, String picture) {
		RowText.Column column = row.columns().get(0);
		List<BarChart.Bar> bars = new ArrayList<>();
		for (PeerSpec peer : sorted) {
			double[] values = values(row, variant, peer, column.metric());
			if (values.length > 0) {
				bars.add(new BarChart.Bar(peer.title().replace("*", ""), peer.durability().ordinal(), peer.isOurs(),
						Results.median(values), values[0], values[values.length - 1]));
			}
		}
		BarChart chart = new BarChart(row.id() + " " + row.title() + ", " + variant + ": " + column.title(),
				column.unit(), bars);
		if (chart.isEmpty()) {
			return false;
		}
		write(beside(picture), chart.svg());
		return true;
	}

	private static String capitalized(String text) {
		return Character.toUpperCase(text.charAt(0)) + text.substring(1);
	}

	private String stem() {
		return this.file.getFileName().toString().replace(".md", "");
	}

	private Path beside(String name) {
		return Objects.requireNonNull(this.file.getParent()).resolve(name);
	}

	private static void write(Path file, String text) {
		try {
			Files.createDirectories(Objects.requireNonNull(file.getParent()));
			Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
