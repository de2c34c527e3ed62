package io.pulsarlock.comparison.row;

import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;
import org.HdrHistogram.Histogram;

/** Threads of one client, each taking a random one of some names: a closed loop. */
final class Throughput implements Row {

	private static final List<int[]> SUBSET = List.of(new int[] { 8, 1 }, new int[] { 8, 100 }, new int[] { 16, 1000 });

	private static final List<int[]> FULL = List.of(new int[] { 1, 1 }, new int[] { 1, 100 }, new int[] { 1, 1000 },
			new int[] { 4, 1 }, new int[] { 4, 100 }, new int[] { 4, 1000 }, new int[] { 8, 1 }, new int[] { 8, 100 },
			new int[] { 8, 1000 }, new int[] { 16, 1 }, new int[] { 16, 100 }, new int[] { 16, 1000 });

	private static List<int[]> cases(Options options) {
		return options.full() ? FULL : SUBSET;
	}

	@Override
	public List<String> ids() {
		return List.of("P2");
	}

	@Override
	public void measure(Bench bench) {
		try (Client client = bench.client()) {
			double seconds = bench.options().seconds() / 2;
			String name = bench.fresh("many");
			for (int i = 0; i < 1000; i++) {
				client.send("create", "name", name + "-" + i);
			}
			for (int i = 0; i < 1000; i++) {
				client.await(60);
			}
			for (int[] each : cases(bench.options())) {
				Settings result = client.call(bench.patience(seconds), "throughput",
						bench.loop(seconds, "name", name, "threads", each[0], "names", each[1]));
				String variant = each[0] + " threads, " + each[1] + ((each[1] == 1) ? " name" : " names");
				Histogram times = Histograms.decode(result.get("both"));
				bench.record("P2", variant, "rate", times.getTotalCount() / seconds);
				bench.record("P2", variant, times);
				bench.record("P2", variant, "busy", result.number("busy"));
			}
		}
	}

	@Override
	public double seconds(Options options) {
		return 15 + cases(options).size() * (options.warmup() + options.seconds() / 2);
	}

}
