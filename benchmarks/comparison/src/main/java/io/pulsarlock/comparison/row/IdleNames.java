package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;
import io.pulsarlock.comparison.server.Proc;

/**
 * Many names, each used once and idle since: what is left of them. After three time
 * limits the names so far count. Ten times as many follow where they promise to fit in
 * one.
 */
final class IdleNames implements Row {

	private static final int FEW = 10_000;

	private static final int MANY = 100_000;

	/** Few names may take longer: without them the row would be empty. */
	private static final double PATIENCE = 3;

	@Override
	public List<String> ids() {
		return List.of("P6");
	}

	@Override
	public boolean inEachFork() {
		return false;
	}

	@Override
	public void measure(Bench bench) {
		try (Client client = bench.client()) {
			double seconds = measure(bench, client, FEW);
			if (bench.options().full() || seconds * MANY / FEW < bench.options().idleLimit()) {
				measure(bench, client, MANY);
			}
		}
	}

	/** Returns the seconds it took to use the names. */
	private static double measure(Bench bench, Client client, int count) {
		// So that what is made once is not counted.
		client.call(120, "idle", "name", bench.fresh("first"), "count", 200, "limit", 60_000);
		long heap = client.call(60, "heap").number("heap");
		long objects = client.call(60, "objects").number("objects");
		long memory = Proc.memory(bench.server().pids());
		long disk = Proc.size(bench.server().data());
		double limit = bench.options().idleLimit() * PATIENCE;
		long begin = System.nanoTime();
		Settings result = client.call(limit + 120, "idle", "name", bench.fresh("idle"), "count", count, "limit",
				(long) (limit * 1000));
		double seconds = (System.nanoTime() - begin) / 1e9;
		double done = Math.max(result.number("count"), 1);
		String variant = count + " names";
		bench.record("P6", variant, "count", done);
		bench.record("P6", variant, "heap", (client.call(60, "heap").number("heap") - heap) / done);
		bench.record("P6", variant, "memory", (Proc.memory(bench.server().pids()) - memory) / done);
		bench.record("P6", variant, "disk", (Proc.size(bench.server().data()) - disk) / done);
		if (objects >= 0) {
			bench.record("P6", variant, "objects", (client.call(60, "objects").number("objects") - objects) / done);
		}
		return seconds;
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return peer.startSeconds() + (options.full() ? 1.5 : 0.75) * options.idleLimit();
	}

}
