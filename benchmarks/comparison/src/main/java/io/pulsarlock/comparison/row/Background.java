package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.server.Client;
import io.pulsarlock.comparison.server.Pause;
import io.pulsarlock.comparison.server.Proc;

/** One client holds one lock, then a thousand, and does nothing. */
final class Background implements Row {

	@Override
	public List<String> ids() {
		return List.of("P8");
	}

	@Override
	public boolean inEachFork() {
		return false;
	}

	@Override
	public void measure(Bench bench) {
		for (int count : List.of(0, 1, 1000)) {
			try (Client client = bench.client()) {
				if (count > 0) {
					client.call(120, "hold", "name", bench.fresh("held"), "count", count, "patience", 30_000, "create",
							true);
				}
				// A compiler that is still at work would be most of what is seen.
				Pause.millis((long) (bench.options().warmup() * 1000));
				String variant = count + ((count == 1) ? " lock held" : " locks held");
				List<Long> servers = bench.server().pids();
				List<Long> clients = List.of(client.pid());
				double serverCpu = Proc.cpuMillis(servers);
				double clientCpu = Proc.cpuMillis(clients);
				long bytes = Proc.socketBytes(client.pid());
				long begin = System.nanoTime();
				Pause.millis((long) (seconds(bench.options()) * 1000));
				double seconds = (System.nanoTime() - begin) / 1e9;
				bench.record("P8", variant, "serverCpu", (Proc.cpuMillis(servers) - serverCpu) / seconds);
				bench.record("P8", variant, "clientCpu", (Proc.cpuMillis(clients) - clientCpu) / seconds);
				long after = Proc.socketBytes(client.pid());
				if (bytes >= 0 && after >= 0) {
					bench.record("P8", variant, "bytes", Math.max(after - bytes, 0) / seconds);
				}
			}
		}
	}

	/** Long enough for all that is said once in a timeout. */
	private static double seconds(Options options) {
		return Math.max(options.seconds(), options.timeout());
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		return 3 * (seconds(options) + options.warmup() + peer.startSeconds()) + 5;
	}

}
