package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;
import org.HdrHistogram.Histogram;

/**
 * Clients in JVMs of their own, each of which takes names that only it uses, fifty times
 * a second at random moments. So nothing is contended but the server.
 */
final class SeveralNodes implements Row {

	private static final int RATE = 50;

	private static final int NAMES = 100;

	private static final List<Integer> CLIENTS = List.of(1, 3, 6);

	@Override
	public List<String> ids() {
		return List.of("P1n");
	}

	@Override
	public void measure(Bench bench) {
		List<Client> clients = new ArrayList<>();
		List<String> names = new ArrayList<>();
		try {
			for (int count : CLIENTS) {
				for (Client client : bench.startMissing(clients, count)) {
					String name = bench.fresh("own");
					names.add(name);
					client.call(120, "idle", "name", name, "count", NAMES, "limit", 100_000);
				}
				measure(bench, clients, names);
			}
		}
		finally {
			clients.forEach(Client::quit);
			clients.forEach(Client::close);
		}
	}

	private void measure(Bench bench, List<Client> clients, List<String> names) {
		double seconds = bench.options().seconds();
		long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
		long counted = begin + (long) (bench.options().warmup() * 1e9);
		long end = counted + (long) (seconds * 1e9);
		for (int i = 0; i < clients.size(); i++) {
			clients.get(i)
				.send("paced", "name", names.get(i), "names", NAMES, "rate", RATE, "begin", begin, "counted", counted,
						"end", end);
		}
		Histogram acquire = Histograms.create();
		double processor = 0;
		for (Client client : clients) {
			Settings result = client.await(bench.patience(seconds));
			acquire.add(Histograms.decode(result.get("acquire")));
			processor += result.number("processor");
		}
		String variant = clients.size() + ((clients.size() == 1) ? " client" : " clients");
		bench.record("P1n", variant, acquire);
		bench.record("P1n", variant, "p90", acquire.getValueAtPercentile(90));
		bench.record("P1n", variant, "clientCpu", processor / 1e6 / (seconds * clients.size()));
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		int most = CLIENTS.get(CLIENTS.size() - 1);
		return CLIENTS.size() * (options.warmup() + options.seconds() + 1) + most * peer.startSeconds() * 0.6;
	}

}
