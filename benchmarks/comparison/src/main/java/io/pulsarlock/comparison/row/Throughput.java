package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;
import org.HdrHistogram.Histogram;

/** Threads of one client, each taking a random one of some names: a closed loop. */
final class Throughput implements Row {

	/** The client is warm after the first case; then only the threads are new. */
	private static final double LATER_WARMUP = 1;

	/** About how long 1000 names take to be created. */
	private static final double CREATE_SECONDS = 4;

	private static final List<Integer> NAMES = List.of(1, 1000);

	private static final List<Integer> ALL_NAMES = List.of(1, 100, 1000);

	private static final List<Integer> THREADS = List.of(1, 4, 16);

	private static final List<Integer> ALL_THREADS = List.of(1, 4, 8, 16);

	private static List<Case> cases(Options options) {
		List<Case> cases = new ArrayList<>();
		for (int names : options.full() ? ALL_NAMES : NAMES) {
			for (int threads : options.full() ? ALL_THREADS : THREADS) {
				cases.add(new Case(threads, names));
			}
		}
		return cases;
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
			double warmup = bench.options().warmup();
			for (Case each : cases(bench.options())) {
				Settings result = client.call(bench.patience(seconds), "throughput",
						bench.loop(warmup, seconds, "name", name, "threads", each.threads(), "names", each.names()));
				warmup = Math.min(warmup, LATER_WARMUP);
				String variant = each.text();
				Histogram times = Histograms.decode(result.get("both"));
				bench.record("P2", variant, "rate", times.getTotalCount() / seconds);
				bench.record("P2", variant, times);
				bench.record("P2", variant, "busy", result.number("busy"));
			}
		}
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		int cases = cases(options).size();
		return options.warmup() + (cases - 1) * Math.min(options.warmup(), LATER_WARMUP) + cases * options.seconds() / 2
				+ peer.startSeconds() + CREATE_SECONDS;
	}

	private record Case(int threads, int names) {

		String text() {
			return this.threads + ((this.threads == 1) ? " thread, " : " threads, ") + this.names
					+ ((this.names == 1) ? " name" : " names");
		}

	}

}
