package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.server.Child;
import io.pulsarlock.comparison.server.Client;
import io.pulsarlock.comparison.server.Pause;
import org.jspecify.annotations.Nullable;

/**
 * A client holds, another waits, and the first is killed, ended or stopped at a random
 * moment of the period in which it renews. The time until the other has the lock.
 */
final class Failover implements Row {

	/** After so many rounds without a successor the rest would tell nothing new. */
	private static final int MOST_WITHOUT = 2;

	@Override
	public List<String> ids() {
		return List.of("P5");
	}

	@Override
	public boolean inEachFork() {
		return false;
	}

	@Override
	public void measure(Bench bench) {
		boolean defaults = bench.table().equals("defaults");
		int rounds = rounds(bench.options(), bench.timeout(), defaults);
		for (String signal : List.of("KILL", "TERM", "STOP")) {
			if (!defaults || !signal.equals("TERM")) {
				measure(bench, signal, rounds, defaults);
			}
		}
	}

	private static int rounds(Options options, Duration timeout, boolean defaults) {
		return defaults ? (int) Math.max(1, Math.min(Math.min(3, options.failovers()), 90 / timeout.toSeconds()))
				: options.failovers();
	}

	private void measure(Bench bench, String signal, int rounds, boolean defaults) {
		double limit = bench.timeout().toSeconds() * 1.5 + 15;
		String variant = switch (signal) {
			case "KILL" -> "kill -9";
			case "TERM" -> "SIGTERM";
			default -> "SIGSTOP";
		} + (defaults ? ", defaults" : "");
		List<Double> nanos = new ArrayList<>();
		int without = 0;
		Client holder = bench.client();
		Client waiter = bench.client();
		Client spare = null;
		try {
			for (int round = 0; round < rounds && without < MOST_WITHOUT; round++) {
				String name = bench.fresh("failover");
				// First, since a lock that is not renewed would run out meanwhile.
				spare = bench.client();
				waiter.call(60, "create", "name", name);
				holder.call(60, "hold", "name", name, "count", 1, "patience", 30_000);
				waiter.send("hold", "name", name, "count", 1, "patience", (long) (limit * 1000 + 120_000));
				// Longer than anything that follows an acquire at once, and then any
				// moment
				// of a renewal period is as likely as another. Who releases does not
				// care.
				Pause.millis(1500 + (signal.equals("TERM") ? 0
						: ThreadLocalRandom.current().nextLong(Math.min(bench.timeout().toMillis(), 10_000) / 2)));
				long begin = System.nanoTime();
				Child.signal(holder.pid(), signal);
				Double took = took(waiter, begin, limit);
				if (took != null) {
					nanos.add(took * 1e9);
					waiter.call(60, "release");
				}
				else {
					without++;
				}
				holder.kill();
				if (took == null) {
					// It gets the lock now at the latest, or is of no use any more.
					waiter.kill();
					waiter = bench.client();
				}
				holder = spare;
				spare = null;
			}
		}
		finally {
			if (spare != null) {
				spare.close();
			}
			holder.close();
			waiter.close();
		}
		bench.record("P5", variant, "without", without);
		bench.record("P5", variant, "limit", limit * 1e9);
		bench.record("P5", variant, "timeout", bench.timeout().toNanos());
		bench.record("P5", variant, "rounds", nanos.size() + without);
		if (!nanos.isEmpty()) {
			bench.record("P5", variant, "p50", Results.median(nanos));
			bench.record("P5", variant, "least", Collections.min(nanos));
			bench.record("P5", variant, "most", Collections.max(nanos));
		}
	}

	private static @Nullable Double took(Client waiter, long begin, double limit) {
		Settings answer = waiter.poll(limit);
		if (answer == null) {
			return null;
		}
		double seconds = (answer.number("nanos") - begin) / 1e9;
		if (seconds < 0) {
			throw new IllegalStateException("The lock was free before its holder was gone");
		}
		return seconds;
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		boolean defaults = timeout.toSeconds() != options.timeout();
		int rounds = rounds(options, timeout, defaults);
		int signals = defaults ? 2 : 3;
		double silent = timeout.toSeconds() * 0.8;
		// A killed process closes its connections, which tells some servers enough.
		return signals * (2 * peer.startSeconds() + rounds * (peer.startSeconds() + 3.5))
				+ rounds * (peer.endsWithConnection() ? silent : 2 * silent);
	}

}
