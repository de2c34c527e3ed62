package io.pulsarlock.comparison.row;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.server.Client;
import io.pulsarlock.comparison.server.Place;
import io.pulsarlock.comparison.server.Server;
import org.HdrHistogram.Histogram;

/**
 * What a row works with: one peer, its server that runs, and where numbers go.
 *
 * @param options the command's options
 * @param place where things are
 * @param peer the peer
 * @param server its server
 * @param timeout the configured timeout
 * @param directory for logs and files of clients
 * @param fork the number of this round over all peers
 * @param table which of the tables: {@code equal} timeouts or {@code defaults}
 * @param results where numbers go
 */
public record Bench(Options options, Place place, PeerSpec peer, Server server, Duration timeout, Path directory,
		int fork, String table, Results results) {

	/** How long a client may take to start while others do too. */
	private static final double START_SECONDS = 90;

	private static final AtomicLong FRESH = new AtomicLong();

	/**
	 * A name that was never used, also not by a first attempt at the same measurement: it
	 * would not be cold, and to create it twice would make two locks of it.
	 * @param name what it begins with
	 * @return the name
	 */
	public String fresh(String name) {
		return name + "-" + FRESH.incrementAndGet();
	}

	/**
	 * Starts a client.
	 * @return the client, not yet connected
	 */
	public Client startClient() {
		return Client.start(this.place, this.peer.libraries(), "io.pulsarlock.comparison.peer." + this.peer.type(),
				clientSettings(), this.directory.resolve("client.log"));
	}

	/**
	 * What the client needs to know.
	 * @return the settings
	 */
	public Settings clientSettings() {
		Map<String, String> settings = new LinkedHashMap<>(this.server.settings());
		settings.put("timeout", Long.toString(this.timeout.toMillis()));
		if (this.peer.type().equals("PulsarLockPeer")) {
			settings.put("pulsar-lock.session.lease", this.timeout.toMillis() + "ms");
		}
		settings.putAll(this.peer.settings());
		return new Settings(settings);
	}

	/**
	 * Waits until a client is connected.
	 * @param client the client
	 * @return the client
	 */
	public Client connected(Client client) {
		client.await(START_SECONDS);
		return client;
	}

	/**
	 * Starts as many clients as are missing, side by side.
	 * @param clients those there are; the new ones are added
	 * @param count how many there are to be
	 * @return the new ones, connected
	 */
	public List<Client> startMissing(List<Client> clients, int count) {
		List<Client> more = new ArrayList<>();
		while (clients.size() < count) {
			Client client = startClient();
			clients.add(client);
			more.add(client);
		}
		more.forEach(this::connected);
		return more;
	}

	/**
	 * Starts a client.
	 * @return the client, connected
	 */
	public Client client() {
		return connected(startClient());
	}

	/**
	 * Records a number.
	 * @param row the row
	 * @param variant what of the row
	 * @param metric which number
	 * @param value the number; nanoseconds for times
	 */
	public void record(String row, String variant, String metric, double value) {
		this.results.add(row, variant, this.peer.id(), this.fork, metric, value);
	}

	/**
	 * Records a distribution of times.
	 * @param row the row
	 * @param variant what of the row
	 * @param histogram the times
	 */
	public void record(String row, String variant, Histogram histogram) {
		if (histogram.getTotalCount() == 0) {
			throw new IllegalStateException("Not one sample of " + variant);
		}
		record(row, variant, "p50", histogram.getValueAtPercentile(50));
		record(row, variant, "p99", histogram.getValueAtPercentile(99));
		record(row, variant, "p99.9", histogram.getValueAtPercentile(99.9));
		record(row, variant, "count", histogram.getTotalCount());
	}

	/**
	 * Settings of a loop.
	 * @param warmup how long its warm-up is, in seconds
	 * @param seconds how long
	 * @param more names and values
	 * @return all of them
	 */
	public Object[] loop(double warmup, double seconds, Object... more) {
		Map<Object, Object> all = new HashMap<>();
		all.put("warmup", (long) (warmup * 1000));
		all.put("time", (long) (seconds * 1000));
		for (int i = 0; i < more.length; i += 2) {
			all.put(more[i], more[i + 1]);
		}
		return all.entrySet().stream().flatMap((each) -> List.of(each.getKey(), each.getValue()).stream()).toArray();
	}

	/**
	 * The longest wait for the answer to a loop.
	 * @param seconds how long the loop is
	 * @return seconds
	 */
	public double patience(double seconds) {
		return this.options.warmup() + seconds + 90;
	}

}
