package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;

/**
 * What the annotations cost per call. All of it in one application, so for one peer only.
 */
final class Annotation implements Row {

	private static final Map<String, String> TITLES = new LinkedHashMap<>();
	static {
		TITLES.put("plainMethod", "plain method");
		TITLES.put("synchronizedMethod", "synchronized method");
		TITLES.put("leaderOnlySkipped", "@LeaderOnly, skipped");
		TITLES.put("distributedLockReentered", "@DistributedLock, entered again");
		TITLES.put("shedLockInMemory", "ShedLock's interceptor, in memory");
	}

	@Override
	public List<String> ids() {
		return List.of("P9");
	}

	@Override
	public boolean inEachFork() {
		return false;
	}

	@Override
	public void measure(Bench bench) {
		try (Client client = bench.client()) {
			Settings result = client.call(seconds(bench.options(), bench.peer(), bench.timeout()) * 2 + 300,
					"annotations", "address", bench.server().settings().get("address"), "forks",
					bench.options().forks(), "seconds", bench.options().seconds() / 3);
			TITLES.forEach((name, title) -> {
				bench.record("P9", title, "score", Double.parseDouble(result.get(name)));
				bench.record("P9", title, "error", Double.parseDouble(result.get(name + ".error")));
			});
		}
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return TITLES.size() * options.forks() * (options.seconds() / 3 + 3 + 10);
	}

}
