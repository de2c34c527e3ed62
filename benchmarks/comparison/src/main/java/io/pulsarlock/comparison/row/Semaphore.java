package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.server.Client;

/** Clients that all want one of three permits. */
final class Semaphore implements Row {

	private static final int PERMITS = 3;

	private static final List<Integer> CLIENTS = List.of(2, 8);

	@Override
	public List<String> ids() {
		return List.of("P11");
	}

	@Override
	public void measure(Bench bench) {
		Contention.each(bench, CLIENTS, (clients) -> measure(bench, clients));
	}

	private static void measure(Bench bench, List<Client> clients) {
		Contention result = Contention.run(bench, clients, bench.fresh("permits"), "permits", PERMITS);
		String variant = clients.size() + " clients";
		bench.record("P11", variant, "rate", result.holdings().size() / bench.options().seconds());
		bench.record("P11", variant, result.waits((holding) -> true));
		bench.record("P11", variant, "most", result.most());
		bench.record("P11", variant, "busy", result.busy());
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return Contention.seconds(options, peer, CLIENTS);
	}

}
