package io.pulsarlock.comparison.row;

import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;

/**
 * A name nobody has used before, each time. Half as long as other rows, since some
 * servers keep what they have seen.
 */
final class ColdName implements Row {

	@Override
	public List<String> ids() {
		return List.of("P7");
	}

	@Override
	public void measure(Bench bench) {
		try (Client client = bench.client()) {
			double seconds = bench.options().seconds() / 2;
			Settings result = client.call(bench.patience(seconds), "loop",
					bench.loop(seconds, "name", bench.fresh("cold"), "cold", true));
			bench.record("P7", "acquire and release", Histograms.decode(result.get("both")));
			bench.record("P7", "acquire", Histograms.decode(result.get("acquire")));
		}
	}

	@Override
	public double seconds(Options options) {
		return options.warmup() + options.seconds() / 2 + 8;
	}

}
