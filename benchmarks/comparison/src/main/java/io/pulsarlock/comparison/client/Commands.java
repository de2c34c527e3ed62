package io.pulsarlock.comparison.client;

import java.io.DataOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;
import io.pulsarlock.comparison.annotation.AnnotationCosts;
import org.HdrHistogram.Histogram;

/** What a client can be told to do. Times are those of {@link System#nanoTime()}. */
public final class Commands {

	private static final long PATIENCE = 30_000;

	private final Peer peer;

	private final List<PeerLock> held = new ArrayList<>();

	/**
	 * Leads one peer.
	 * @param peer the peer
	 */
	public Commands(Peer peer) {
		this.peer = peer;
	}

	/**
	 * Does one command.
	 * @param command its name
	 * @param settings its settings
	 * @return what was measured
	 * @throws Exception if it fails
	 */
	public Map<String, String> run(String command, Settings settings) throws Exception {
		Map<String, String> result = new LinkedHashMap<>();
		switch (command) {
			case "create" -> use(settings.get("name"));
			case "loop" -> loop(settings, result);
			case "paced" -> paced(settings, result);
			case "throughput" -> throughput(settings, result);
			case "contend" -> contend(settings, result);
			case "hold" -> hold(settings, result);
			case "release" -> releaseAll();
			case "idle" -> idle(settings, result);
			case "heap" -> result.put("heap", Long.toString(heap()));
			case "objects" -> result.put("objects", Long.toString(this.peer.objects()));
			case "annotations" -> AnnotationCosts.run(settings, result);
			default -> throw new IllegalArgumentException("Unknown command " + command);
		}
		return result;
	}

	/** The first use of a name, by one client, before others come. */
	private void use(String name) throws Exception {
		PeerLock lock = create(name);
		acquire(lock);
		lock.release();
	}

	private PeerLock create(String name) throws Exception {
		this.peer.create(name);
		return this.peer.lock(name);
	}

	/**
	 * One thread, again and again: the same name, or with {@code cold} a new one each
	 * time.
	 */
	private void loop(Settings settings, Map<String, String> result) throws Exception {
		boolean cold = Boolean.parseBoolean(settings.get("cold", "false"));
		String name = settings.get("name");
		PeerLock lock = cold ? create(name + "-first") : this.peer.lock(name);
		acquire(lock);
		lock.release();
		long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.number("warmup"));
		long end = begin + TimeUnit.MILLISECONDS.toNanos(settings.number("time"));
		Histogram acquire = Histograms.create();
		Histogram release = Histograms.create();
		Histogram both = Histograms.create();
		for (long i = 0; System.nanoTime() < end; i++) {
			String fresh = name + "-" + i;
			long start = System.nanoTime();
			if (cold) {
				lock = create(fresh);
			}
			acquire(lock);
			long acquired = System.nanoTime();
			lock.release();
			long released = System.nanoTime();
			if (start >= begin) {
				acquire.recordValue(acquired - start);
				release.recordValue(released - acquired);
				both.recordValue(released - start);
			}
		}
		result.put("acquire", Histograms.encode(acquire));
		result.put("release", Histograms.encode(release));
		result.put("both", Histograms.encode(both));
	}

	/**
	 * One thread that takes a name of its own at random moments, so many times a second,
	 * and gives it back at once.
	 */
	private void paced(Settings settings, Map<String, String> result) throws Exception {
		String name = settings.get("name");
		int names = (int) settings.number("names");
		double mean = 1e9 / settings.number("rate");
		long counted = settings.number("counted");
		long end = settings.number("end");
		Histogram acquire = Histograms.create();
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		long processor = -1;
		long due = settings.number("begin");
		while (due < end) {
			sleepUntil(due);
			PeerLock lock = this.peer.lock(name + "-" + ThreadLocalRandom.current().nextInt(names));
			long start = System.nanoTime();
			if (start >= counted && processor < 0) {
				processor = system.getProcessCpuTime();
			}
			acquire(lock);
			if (start >= counted) {
				acquire.recordValue(System.nanoTime() - start);
			}
			lock.release();
			due = Math.max(due + (long) (-mean * Math.log(1 - ThreadLocalRandom.current().nextDouble())),
					System.nanoTime());
		}
		result.put("acquire", Histograms.encode(acquire));
		result.put("processor", Long.toString(system.getProcessCpuTime() - processor));
	}

	/**
	 * Threads that each take a random one of the names and give it back, without a pause.
	 * The clock starts when all have taken one: with some peers each has a connection of
	 * its own.
	 */
	private void throughput(Settings settings, Map<String, String> result) throws Exception {
		int threads = (int) settings.number("threads");
		int names = (int) settings.number("names");
		AtomicLong begin = new AtomicLong();
		CyclicBarrier ready = new CyclicBarrier(threads,
				() -> begin.set(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.number("warmup"))));
		long time = TimeUnit.MILLISECONDS.toNanos(settings.number("time"));
		AtomicLong busy = new AtomicLong();
		List<Histogram> all = inThreads(threads, () -> {
			Histogram times = Histograms.create();
			take(settings.get("name"), names, busy);
			ready.await(PATIENCE * threads, TimeUnit.MILLISECONDS);
			long from = begin.get();
			for (long start = System.nanoTime(); start < from + time; start = System.nanoTime()) {
				if (take(settings.get("name"), names, busy) && start >= from) {
					times.recordValue(System.nanoTime() - start);
				}
			}
			return times;
		});
		Histogram times = Histograms.create();
		all.forEach(times::add);
		result.put("both", Histograms.encode(times));
		result.put("busy", busy.toString());
	}

	private boolean take(String name, int names, AtomicLong busy) throws Exception {
		PeerLock lock = this.peer.lock(name + "-" + ThreadLocalRandom.current().nextInt(names));
		if (!lock.acquire(PATIENCE)) {
			busy.incrementAndGet();
			return false;
		}
		lock.release();
		return true;
	}

	/**
	 * One of several clients that want the same lock or permit all the time. Writes for
	 * each holding whether it was a reader's, and when it was asked for, got and given
	 * back.
	 */
	private void contend(Settings settings, Map<String, String> result) throws Exception {
		String name = settings.get("name");
		int permits = Integer.parseInt(settings.get("permits", "0"));
		double readers = Double.parseDouble(settings.get("readers", "0"));
		PeerLock alone = (permits > 0) ? this.peer.permit(name, permits)
				: (readers > 0) ? this.peer.writeLock(name) : this.peer.lock(name);
		PeerLock shared = (readers > 0) ? this.peer.readLock(name) : alone;
		long hold = settings.number("hold");
		long begin = settings.number("begin");
		long end = settings.number("end");
		long[] times = new long[4 * 1_000_000];
		int count = 0;
		int busy = 0;
		LockSupport.parkNanos(begin - System.nanoTime());
		for (long asked = System.nanoTime(); asked < end && count < times.length; asked = System.nanoTime()) {
			boolean reader = ThreadLocalRandom.current().nextDouble() < readers;
			PeerLock lock = reader ? shared : alone;
			if (!lock.acquire(PATIENCE)) {
				busy++;
				continue;
			}
			long acquired = System.nanoTime();
			times[count++] = reader ? 1 : 0;
			times[count++] = asked;
			times[count++] = acquired;
			sleepUntil(times[count - 1] + hold);
			times[count++] = System.nanoTime();
			lock.release();
		}
		try (DataOutputStream out = new DataOutputStream(
				new java.io.BufferedOutputStream(Files.newOutputStream(Path.of(settings.get("file")))))) {
			for (int i = 0; i < count; i++) {
				out.writeLong(times[i]);
			}
		}
		result.put("count", Integer.toString(count / 4));
		result.put("busy", Integer.toString(busy));
	}

	private static void sleepUntil(long end) {
		for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	/** Takes one or more locks and keeps them. */
	private void hold(Settings settings, Map<String, String> result) throws Exception {
		int count = (int) settings.number("count");
		for (int i = 0; i < count; i++) {
			String name = settings.get("name") + ((count > 1) ? "-" + i : "");
			if (Boolean.parseBoolean(settings.get("create", "false"))) {
				this.peer.create(name);
			}
			PeerLock lock = this.peer.lock(name);
			if (!lock.acquire(settings.number("patience"))) {
				throw new IllegalStateException("The lock is busy");
			}
			this.held.add(lock);
		}
		result.put("nanos", Long.toString(System.nanoTime()));
	}

	/**
	 * Gives back what {@code hold} has taken.
	 * @throws Exception if it fails
	 */
	public void releaseAll() throws Exception {
		List<PeerLock> locks = new ArrayList<>(this.held);
		this.held.clear();
		for (PeerLock lock : locks) {
			lock.release();
		}
	}

	/** Uses many names once. */
	private void idle(Settings settings, Map<String, String> result) throws Exception {
		int count = (int) settings.number("count");
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.number("limit"));
		AtomicLong next = new AtomicLong();
		inThreads(4, () -> {
			long i = next.getAndIncrement();
			while (i < count && System.nanoTime() < end) {
				use(settings.get("name") + "-" + i);
				i = next.getAndIncrement();
			}
			// The last number was taken for nothing.
			next.decrementAndGet();
			return i;
		});
		result.put("count", Long.toString(next.get()));
	}

	private static <T> List<T> inThreads(int threads, Callable<T> work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<T>> futures = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				futures.add(executor.submit(work));
			}
			List<T> results = new ArrayList<>();
			for (Future<T> future : futures) {
				results.add(future.get());
			}
			return results;
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static void acquire(PeerLock lock) throws Exception {
		if (!lock.acquire(PATIENCE)) {
			throw new IllegalStateException("An uncontended lock is busy");
		}
	}

	private static long heap() throws InterruptedException {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 3; i++) {
			System.gc();
			Thread.sleep(100);
			least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return least;
	}

}
