package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;

/**
 * One thread takes and releases one name, again and again. With affinity that is a
 * re-entry and no acquire, so those peers are in P1c only.
 */
final class Uncontended implements Row {

	@Override
	public List<String> ids() {
		return List.of("P1", "P1c");
	}

	@Override
	public void measure(Bench bench) {
		try (Client client = bench.client()) {
			String name = bench.fresh("same");
			client.call(60, "create", "name", name);
			double seconds = bench.options().seconds();
			Settings result = client.call(bench.patience(seconds), "loop",
					bench.loop(bench.options().warmup(), seconds, "name", name));
			if (!bench.peer().keepsLocks()) {
				bench.record("P1", "acquire and release", Histograms.decode(result.get("both")));
				bench.record("P1", "acquire", Histograms.decode(result.get("acquire")));
				bench.record("P1", "release", Histograms.decode(result.get("release")));
			}
			bench.record("P1c", "acquire and release", Histograms.decode(result.get("both")));
		}
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return options.warmup() + options.seconds() + peer.startSeconds();
	}

}
