package io.pulsarlock.comparison.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** All numbers of a run. */
public final class Results {

	private final List<Value> values = new ArrayList<>();

	private final Set<String> doubtful = new LinkedHashSet<>();

	private final Set<String> failures = new LinkedHashSet<>();

	/**
	 * Adds a number.
	 * @param row the row
	 * @param variant what of the row
	 * @param peer the peer
	 * @param fork the number of the round
	 * @param metric which number
	 * @param value the number
	 */
	public void add(String row, String variant, String peer, int fork, String metric, double value) {
		this.values.add(new Value(row, variant, peer, fork, metric, value));
	}

	/**
	 * Takes numbers back, before they are measured again.
	 * @param rows the rows
	 * @param peer the peer
	 * @param fork the number of the round
	 */
	public void forget(List<String> rows, String peer, int fork) {
		this.values.removeIf((value) -> rows.contains(value.row()) && value.peer().equals(peer) && value.fork() == fork
				&& !value.variant().endsWith("defaults"));
	}

	/**
	 * Marks numbers during which the machine changed.
	 * @param rows the rows
	 * @param peer the peer
	 */
	public void doubt(List<String> rows, String peer) {
		rows.forEach((row) -> this.doubtful.add(row + " " + peer));
	}

	boolean doubtful(String row, String peer) {
		return this.doubtful.contains(row + " " + peer);
	}

	/**
	 * Notes what could not be measured.
	 * @param text a line
	 */
	public void failed(String text) {
		this.failures.add(text);
	}

	Set<String> failures() {
		return this.failures;
	}

	Set<String> variants(String row) {
		Set<String> variants = new LinkedHashSet<>();
		this.values.stream()
			.filter((value) -> value.row().equals(row))
			.forEach((value) -> variants.add(value.variant()));
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
		return this.values.stream()
			.filter((value) -> value.row().equals(row) && value.variant().equals(variant) && value.peer().equals(peer)
					&& value.metric().equals(metric))
			.mapToDouble(Value::value)
			.sorted()
			.toArray();
	}

	/**
	 * The numbers as text.
	 * @return a line for each, with tabs
	 */
	public String text() {
		StringBuilder text = new StringBuilder("row\tvariant\tpeer\tfork\tmetric\tvalue\n");
		for (Value value : this.values) {
			text.append(value.row()).append('\t').append(value.variant()).append('\t').append(value.peer());
			text.append('\t').append(value.fork()).append('\t').append(value.metric()).append('\t');
			text.append((value.value() == Math.rint(value.value())) ? Long.toString((long) value.value())
					: Double.toString(value.value()))
				.append('\n');
		}
		return text.toString();
	}

	private record Value(String row, String variant, String peer, int fork, String metric, double value) {
	}

}
