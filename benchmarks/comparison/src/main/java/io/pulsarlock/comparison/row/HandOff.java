package io.pulsarlock.comparison.row;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.client.Histograms;
import io.pulsarlock.comparison.server.Client;
import org.HdrHistogram.Histogram;

/**
 * Clients in JVMs of their own that all want one lock all the time and hold it for 2 ms.
 * {@link System#nanoTime()} is one clock for all processes of a host, so the gap from one
 * client's release to the next client's return can be read.
 */
final class HandOff implements Row {

	private static final long HOLD_NANOS = 2_000_000;

	/** What was asked for this much later counts as asked for at the same time. */
	private static final long TIE_NANOS = 1_000_000;

	private static List<Integer> waiters(Options options) {
		return options.full() ? List.of(2, 4, 8, 16) : List.of(2, 8);
	}

	@Override
	public List<String> ids() {
		return List.of("P3", "P4");
	}

	@Override
	public void measure(Bench bench) {
		List<Client> clients = new ArrayList<>();
		try {
			for (int waiters : waiters(bench.options())) {
				bench.startMissing(clients, waiters);
				String name = bench.fresh("wanted");
				clients.get(0).call(60, "create", "name", name);
				measure(bench, clients, name);
			}
		}
		finally {
			// All at once: much of it is waiting.
			clients.forEach(Client::quit);
			clients.forEach(Client::close);
		}
	}

	private void measure(Bench bench, List<Client> clients, String name) {
		double seconds = bench.options().seconds();
		long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
		long counted = begin + (long) (bench.options().warmup() * 1e9);
		long end = counted + (long) (seconds * 1e9);
		List<Path> files = new ArrayList<>();
		for (Client client : clients) {
			Path file = bench.directory().resolve("times-" + files.size());
			files.add(file);
			client.send("contend", "name", name, "hold", HOLD_NANOS, "begin", begin, "end", end, "file", file);
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
		record(bench, clients.size() + " waiters", clients.size(), holdings, busy);
	}

	private static void record(Bench bench, String variant, int clients, List<Holding> holdings, long busy) {
		Histogram gaps = Histograms.create();
		Histogram waits = Histograms.create();
		int again = 0;
		int overlaps = 0;
		long[] counts = new long[clients];
		for (int i = 0; i < holdings.size(); i++) {
			Holding holding = holdings.get(i);
			counts[holding.client()]++;
			waits.recordValue(holding.acquired() - holding.asked());
			if (i > 0) {
				Holding before = holdings.get(i - 1);
				if (before.client() == holding.client()) {
					again++;
				}
				else {
					gaps.recordValue(Math.max(holding.acquired() - before.released(), 0));
				}
				if (holding.acquired() < before.released()) {
					overlaps++;
				}
			}
		}
		bench.record("P4", variant, waits);
		if (gaps.getTotalCount() > 0) {
			bench.record("P3", variant, gaps);
		}
		else {
			bench.record("P3", variant, "count", 0);
		}
		bench.record("P3", variant, "again", 100.0 * again / holdings.size());
		bench.record("P3", variant, "overlaps", overlaps);
		double sum = Arrays.stream(counts).sum();
		double squares = Arrays.stream(counts).mapToDouble((count) -> (double) count * count).sum();
		bench.record("P4", variant, "jain", sum * sum / (clients * squares));
		bench.record("P4", variant, "ratio",
				waits.getValueAtPercentile(99) / (double) Math.max(waits.getValueAtPercentile(50), 1));
		bench.record("P4", variant, "overtakes", overtakes(holdings));
		bench.record("P4", variant, "busy", busy);
	}

	/** How often at most one request was passed by later ones. */
	private static int overtakes(List<Holding> holdings) {
		int most = 0;
		for (int i = 0; i < holdings.size(); i++) {
			Holding holding = holdings.get(i);
			int passed = 0;
			for (int j = i - 1; j >= 0 && holdings.get(j).acquired() > holding.asked(); j--) {
				if (holdings.get(j).asked() > holding.asked() + TIE_NANOS) {
					passed++;
				}
			}
			most = Math.max(most, passed);
		}
		return most;
	}

	private static void read(Path file, int client, long from, List<Holding> holdings) {
		try (DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(Files.readAllBytes(file)))) {
			while (in.available() > 0) {
				Holding holding = new Holding(client, in.readLong(), in.readLong(), in.readLong());
				if (holding.asked() >= from) {
					holdings.add(holding);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public double seconds(Options options, PeerSpec peer, Duration timeout) {
		List<Integer> waiters = waiters(options);
		return waiters.size() * (options.warmup() + options.seconds() + 1)
				+ waiters.get(waiters.size() - 1) * peer.startSeconds() * 0.6;
	}

	private record Holding(int client, long asked, long acquired, long released) {
	}

}
