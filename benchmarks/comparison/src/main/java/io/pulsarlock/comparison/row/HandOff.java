package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.row.Contention.Holding;
import org.HdrHistogram.Histogram;

/**
 * Clients in JVMs of their own that all want one lock all the time and hold it for 2 ms.
 * Recorded is the gap from one client's release to the next client's return.
 */
final class HandOff implements Row {

	/** What was asked for this much later counts as asked for at the same time. */
	private static final long TIE_NANOS = 1_000_000;

	private static List<Integer> waiters(Options options) {
		return options.full() ? List.of(2, 4, 8, 16) : List.of(2, 8);
	}

	@Override
	public List<String> ids() {
		return List.of("P3", "P4");
	}

	@Override
	public void measure(Bench bench) {
		Contention.each(bench, waiters(bench.options()), (clients) -> {
			String name = bench.fresh("wanted");
			clients.get(0).call(60, "create", "name", name);
			record(bench, clients.size() + " waiters", clients.size(), Contention.run(bench, clients, name));
		});
	}

	private static void record(Bench bench, String variant, int clients, Contention result) {
		List<Holding> holdings = result.holdings();
		Histogram gaps = Histograms.create();
		Histogram waits = result.waits((holding) -> true);
		int again = 0;
		int overlaps = 0;
		long[] counts = new long[clients];
		for (int i = 0; i < holdings.size(); i++) {
			Holding holding = holdings.get(i);
			counts[holding.client()]++;
			if (i > 0) {
				Holding before = holdings.get(i - 1);
				if (before.client() == holding.client()) {
					again++;
				}
				else {
					gaps.recordValue(Math.max(holding.acquired() - before.released(), 0));
				}
				if (holding.acquired() < before.released()) {
					overlaps++;
				}
			}
		}
		bench.record("P4", variant, waits);
		if (gaps.getTotalCount() > 0) {
			bench.record("P3", variant, gaps);
		}
		else {
			bench.record("P3", variant, "count", 0);
		}
		bench.record("P3", variant, "again", 100.0 * again / holdings.size());
		bench.record("P3", variant, "overlaps", overlaps);
		double sum = Arrays.stream(counts).sum();
		double squares = Arrays.stream(counts).mapToDouble((count) -> (double) count * count).sum();
		bench.record("P4", variant, "jain", sum * sum / (clients * squares));
		bench.record("P4", variant, "ratio",
				waits.getValueAtPercentile(99) / (double) Math.max(waits.getValueAtPercentile(50), 1));
		bench.record("P4", variant, "overtakes", overtakes(holdings));
		bench.record("P4", variant, "busy", result.busy());
	}

	/** How often at most one request was passed by later ones. */
	private static int overtakes(List<Holding> holdings) {
		int most = 0;
		for (int i = 0; i < holdings.size(); i++) {
			Holding holding = holdings.get(i);
			int passed = 0;
			for (int j = i - 1; j >= 0 && holdings.get(j).acquired() > holding.asked(); j--) {
				if (holdings.get(j).asked() > holding.asked() + TIE_NANOS) {
					passed++;
				}
			}
			most = Math.max(most, passed);
		}
		return most;
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return Contention.seconds(options, peer, waiters(options));
	}

}
