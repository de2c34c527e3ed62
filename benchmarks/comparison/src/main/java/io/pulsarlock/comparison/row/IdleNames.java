package io.pulsarlock.comparison.row;

import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.server.Client;
import io.pulsarlock.comparison.server.Proc;

/**
 * Many names, each used once and idle since: what is left of them. After the time limit
 * the names so far count.
 */
final class IdleNames implements Row {

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
			for (int count : bench.options().full() ? List.of(10_000, 100_000) : List.of(10_000)) {
				// So that what is made once is not counted.
				client.call(120, "idle", "name", bench.fresh("first"), "count", 200, "limit", 60_000);
				long heap = client.call(60, "heap").number("heap");
				long objects = client.call(60, "objects").number("objects");
				long memory = Proc.memory(bench.server().pids());
				long disk = Proc.size(bench.server().data());
				double limit = bench.options().idleLimit();
				Settings result = client.call(limit + 120, "idle", "name", bench.fresh("idle"), "count", count, "limit",
						(long) (limit * 1000));
				double done = Math.max(result.number("count"), 1);
				String variant = count + " names";
				bench.record("P6", variant, "count", done);
				bench.record("P6", variant, "heap", (client.call(60, "heap").number("heap") - heap) / done);
				bench.record("P6", variant, "memory", (Proc.memory(bench.server().pids()) - memory) / done);
				bench.record("P6", variant, "disk", (Proc.size(bench.server().data()) - disk) / done);
				if (objects >= 0) {
					bench.record("P6", variant, "objects",
							(client.call(60, "objects").number("objects") - objects) / done);
				}
			}
		}
	}

	@Override
	public double seconds(Options options) {
		return (options.full() ? 2 : 1) * Math.min(options.idleLimit(), 60);
	}

}
