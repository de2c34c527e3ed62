package io.pulsarlock.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;

/**
 * Two nodes in one process that increment counters in files, each guarded only by a lock.
 * Arguments: url, cluster, folder, number of locks, seconds.
 */
final class CountingNode {

	private CountingNode() {
	}

	public static void main(String[] args) throws Exception {
		Path folder = Path.of(args[2]);
		int locks = Integer.parseInt(args[3]);
		long end = System.nanoTime() + Duration.ofSeconds(Long.parseLong(args[4])).toNanos();
		AtomicLong done = new AtomicLong();
		AtomicLong wrong = new AtomicLong();
		List<Thread> threads = new ArrayList<>();
		List<LockNode> registries = new ArrayList<>();
		for (int node = 0; node < 2; node++) {
			LockNode registry = PulsarLocks.at(args[0])
				.cluster(args[1])
				.shards(2)
				.node("counting-" + ProcessHandle.current().pid() + "-" + node)
				.connect();
			registries.add(registry);
			for (int i = 0; i < 2; i++) {
				Thread thread = new Thread(() -> {
					Random random = new Random();
					while (System.nanoTime() - end < 0) {
						String name = "counter-" + random.nextInt(locks);
						try (LockHandle held = registry.obtain(name).acquire(Duration.ofSeconds(60))) {
							if (!add(folder.resolve(name), held.fencingToken())) {
								wrong.incrementAndGet();
							}
							held.assertHeld();
							done.incrementAndGet();
						}
						catch (Exception ex) {
							System.out.println("FAILED " + ex);
							return;
						}
					}
				});
				threads.add(thread);
				thread.start();
			}
		}
		for (Thread thread : threads) {
			thread.join();
		}
		registries.forEach(LockNode::close);
		System.out.println("DONE " + done);
		System.out.println("WRONG " + wrong);
	}

	/** Increments a counter; false if the token is not larger than the stored one. */
	private static boolean add(Path file, long token) throws Exception {
		long count = 0;
		long before = 0;
		if (Files.exists(file)) {
			String[] parts = Files.readString(file).split(" ");
			count = Long.parseLong(parts[0]);
			before = Long.parseLong(parts[1]);
		}
		Files.writeString(file, (count + 1) + " " + token);
		return token > before;
	}

}
