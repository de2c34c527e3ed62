package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.row.Contention.Holding;
import io.pulsarlock.comparison.server.Client;
import org.HdrHistogram.Histogram;

/** Clients that all want one lock, nine times of ten to share it. */
final class ReadersWriters implements Row {

	private static final double READERS = 0.9;

	private static final List<Integer> CLIENTS = List.of(2, 8);

	@Override
	public List<String> ids() {
		return List.of("P10");
	}

	@Override
	public void measure(Bench bench) {
		Contention.each(bench, CLIENTS, (clients) -> measure(bench, clients));
	}

	private static void measure(Bench bench, List<Client> clients) {
		Contention result = Contention.run(bench, clients, bench.fresh("shared"), "readers", READERS);
		String variant = clients.size() + " clients";
		bench.record("P10", variant, "rate", result.holdings().size() / bench.options().seconds());
		record(bench, variant, "read", result.waits(Holding::reader));
		record(bench, variant, "write", result.waits((holding) -> !holding.reader()));
		bench.record("P10", variant, "overlaps", result.overlaps());
		bench.record("P10", variant, "busy", result.busy());
	}

	/** Where readers come first, perhaps no writer gets the lock. */
	private static void record(Bench bench, String variant, String prefix, Histogram waits) {
		bench.record("P10", variant, prefix + ".count", waits.getTotalCount());
		if (waits.getTotalCount() > 0) {
			bench.record("P10", variant, prefix + ".p50", waits.getValueAtPercentile(50));
			bench.record("P10", variant, prefix + ".p99", waits.getValueAtPercentile(99));
		}
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return Contention.seconds(options, peer, CLIENTS);
	}

}
