package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.client.Settings;
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
		int rounds = defaults ? (int) Math.max(1, Math.min(3, 90 / bench.timeout().toSeconds()))
				: bench.options().failovers();
		for (String signal : List.of("KILL", "TERM", "STOP")) {
			if (!defaults || !signal.equals("TERM")) {
				measure(bench, signal, rounds, defaults);
			}
		}
	}

	private void measure(Bench bench, String signal, int rounds, boolean defaults) {
		double limit = bench.timeout().toSeconds() * 1.5 + 15;
		String variant = switch (signal) {
			case "KILL" -> "kill -9";
			case "TERM" -> "SIGTERM";
			default -> "SIGSTOP";
		} + (defaults ? ", defaults" : "");
		double[] seconds = new double[rounds];
		int count = 0;
		int without = 0;
		Client holder = bench.client();
		Client waiter = bench.client();
		try {
			for (int round = 0; round < rounds && without < MOST_WITHOUT; round++) {
				String name = bench.fresh("failover");
				waiter.call(60, "create", "name", name);
				holder.call(60, "hold", "name", name, "count", 1, "patience", 30_000);
				Client spare = bench.client();
				waiter.send("hold", "name", name, "count", 1, "patience", (long) (limit * 1000 + 120_000));
				// The node has joined long ago, as in production, and any moment of a
				// renewal period is as likely as another.
				Pause.millis(
						1500 + ThreadLocalRandom.current().nextLong(Math.min(bench.timeout().toMillis(), 10_000) / 2));
				long begin = System.nanoTime();
				Child.signal(holder.pid(), signal);
				Double took = took(waiter, begin, limit);
				if (took != null) {
					seconds[count++] = took;
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
			}
		}
		finally {
			holder.close();
			waiter.close();
		}
		bench.record("P5", variant, "without", without);
		bench.record("P5", variant, "limit", limit * 1e9);
		bench.record("P5", variant, "timeout", bench.timeout().toNanos());
		bench.record("P5", variant, "rounds", count + without);
		if (count > 0) {
			Arrays.sort(seconds, 0, count);
			bench.record("P5", variant, "p50", seconds[count / 2] * 1e9);
			bench.record("P5", variant, "least", seconds[0] * 1e9);
			bench.record("P5", variant, "most", seconds[count - 1] * 1e9);
		}
	}

	private static @Nullable Double took(Client waiter, long begin, double limit) {
		Settings answer = waiter.poll(limit);
		return (answer != null) ? (answer.number("nanos") - begin) / 1e9 : null;
	}

	@Override
	public double seconds(Options options) {
		double lease = Duration.ofSeconds(10).toSeconds();
		return 15 + options.failovers() * 3 * (5 + lease / 2);
	}

}
