package io.pulsarlock.comparison.row;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.server.Client;
import org.HdrHistogram.Histogram;

/**
 * What clients in JVMs of their own did that all wanted the same all the time and held it
 * for 2 ms. {@link System#nanoTime()} is one clock for all processes of a host, so times
 * of different clients can be compared.
 *
 * @param holdings what they held, in the order in which they got it
 * @param busy how often they waited in vain
 */
record Contention(List<Holding> holdings, long busy) {

	private static final long HOLD_NANOS = 2_000_000;

	/** Measures with fewer clients, then with more. */
	static void each(Bench bench, List<Integer> counts, Consumer<List<Client>> measure) {
		List<Client> clients = new ArrayList<>();
		try {
			for (int count : counts) {
				bench.startMissing(clients, count);
				measure.accept(clients);
			}
		}
		finally {
			// All at once: much of it is waiting.
			clients.forEach(Client::quit);
			clients.forEach(Client::close);
		}
	}

	/** About how long that takes. */
	static double seconds(Options options, PeerSpec peer, List<Integer> counts) {
		return counts.size() * (options.warmup() + options.seconds() + 1)
				+ counts.get(counts.size() - 1) * peer.startSeconds() * 0.6;
	}

	/** Lets all clients want the same. */
	static Contention run(Bench bench, List<Client> clients, String name, Object... more) {
		double seconds = bench.options().seconds();
		long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
		long counted = begin + (long) (bench.options().warmup() * 1e9);
		long end = counted + (long) (seconds * 1e9);
		List<Path> files = new ArrayList<>();
		for (Client client : clients) {
			Path file = bench.directory().resolve("times-" + files.size());
			files.add(file);
			client.send("contend",
					Stream
						.concat(Stream.of("name", name, "hold", HOLD_NANOS, "begin", begin, "end", end, "file", file),
								Stream.of(more))
						.toArray());
		}
		long busy = 0;
		for (Client client : clients) {
			busy += client.await(bench.patience(seconds) + 60).number("busy");
		}
		List<Holding> holdings = new ArrayList<>();
		for (int i = 0; i < files.size(); i++) {
			read(files.get(i), i, counted, holdings);
		}
		holdings.sort(Comparator.comparingLong(Holding::acquired));
		return new Contention(holdings, busy);
	}

	private static void read(Path file, int client, long from, List<Holding> holdings) {
		try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
			while (in.available() > 0) {
				Holding holding = new Holding(client, in.readLong() != 0, in.readLong(), in.readLong(), in.readLong());
				if (holding.asked() >= from) {
					holdings.add(holding);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** How long some of them waited. */
	Histogram waits(Predicate<Holding> which) {
		Histogram waits = Histograms.create();
		this.holdings.stream()
			.filter(which)
			.forEach((holding) -> waits.recordValue(holding.acquired() - holding.asked()));
		return waits;
	}

	/** How many got it while another had it, and one of the two was not a reader. */
	int overlaps() {
		int overlaps = 0;
		List<Holding> now = new ArrayList<>();
		for (Holding holding : this.holdings) {
			now.removeIf((other) -> other.released() <= holding.acquired());
			if (now.stream().anyMatch((other) -> !other.reader() || !holding.reader())) {
				overlaps++;
			}
			now.add(holding);
		}
		return overlaps;
	}

	/** How many had it at the same time at most. */
	int most() {
		int most = 0;
		List<Holding> now = new ArrayList<>();
		for (Holding holding : this.holdings) {
			now.removeIf((other) -> other.released() <= holding.acquired());
			now.add(holding);
			most = Math.max(most, now.size());
		}
		return most;
	}

	/**
	 * One holding.
	 *
	 * @param client whose
	 * @param reader whether it was shared with other readers
	 * @param asked when it was asked for
	 * @param acquired when the client had it
	 * @param released when the client began to give it back
	 */
	record Holding(int client, boolean reader, long asked, long acquired, long released) {
	}

}
