package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;

/**
 * A name that was never used before, each time.
 */
final class ColdName implements Row {

	@Override
	public List<String> ids() {
		return List.of("P7");
	}

	@Override
	public void measure(Bench bench) {
		try (Client client = bench.client()) {
			double seconds = bench.options().seconds();
			Settings result = client.call(bench.patience(seconds), "loop",
					bench.loop(bench.options().warmup(), seconds, "name", bench.fresh("cold"), "cold", true));
			bench.record("P7", "acquire and release", Histograms.decode(result.get("both")));
			bench.record("P7", "acquire", Histograms.decode(result.get("acquire")));
		}
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return options.warmup() + options.seconds() + peer.startSeconds();
	}

}
