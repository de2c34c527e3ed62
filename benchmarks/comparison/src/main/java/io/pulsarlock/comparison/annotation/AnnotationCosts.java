package io.pulsarlock.comparison.annotation;

import java.util.Map;

import io.pulsarlock.comparison.client.Settings;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs JMH within a client, whose class path its forks have. */
public final class AnnotationCosts {

	private AnnotationCosts() {
	}

	/**
	 * Measures all benchmarks.
	 * @param settings the address, forks, and seconds for each
	 * @param result gets a score and an error for each
	 * @throws RunnerException if it fails
	 */
	public static void run(Settings settings, Map<String, String> result) throws RunnerException {
		double seconds = Double.parseDouble(settings.get("seconds"));
		for (RunResult each : new Runner(new OptionsBuilder().include(AnnotationBenchmark.class.getName())
			.forks((int) settings.number("forks"))
			.measurementIterations(5)
			.measurementTime(TimeValue.milliseconds(Math.max((long) (seconds * 1000 / 5), 100)))
			.jvmArgsAppend("-Daddress=" + settings.address())
			.shouldFailOnError(true)
			.build()).run()) {
			String name = each.getPrimaryResult().getLabel();
			result.put(name, Double.toString(each.getPrimaryResult().getScore()));
			double error = each.getPrimaryResult().getScoreError();
			result.put(name + ".error", Double.toString(Double.isNaN(error) ? 0 : error));
		}
	}

}
