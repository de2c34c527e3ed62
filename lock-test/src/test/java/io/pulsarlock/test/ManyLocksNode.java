package io.pulsarlock.test;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.pulsar.PulsarLocks;

/**
 * A node that holds or awaits a given number of locks, and logs like an application
 * without configured levels. Arguments: url, cluster and name.
 */
final class ManyLocksNode {

	private static final Duration LONG = Duration.ofHours(1);

	private ManyLocksNode() {
	}

	public static void main(String[] args) throws Exception {
		OutageNode.logAsByDefault();
		try (LockNode locks = PulsarLocks.at(args[0]).cluster(args[1]).node(args[2]).connect()) {
			locks.awaitJoined(Duration.ofSeconds(60));
			locks.addListener((event) -> {
				if (event instanceof LockJeopardized) {
					System.out.println("JEOPARDY");
				}
				else if (event instanceof LockRecovered) {
					System.out.println("RECOVERED");
				}
				else if (event instanceof LockLost) {
					System.out.println("LOST");
				}
			});
			System.out.println("JOINED");
			BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String order = orders.readLine(); order != null; order = orders.readLine()) {
				String[] words = order.split(" ");
				switch (words[0]) {
					case "hold" -> hold(locks, Integer.parseInt(words[1]));
					case "await" -> await(locks, Integer.parseInt(words[1]));
					case "again" -> again(locks);
					default -> throw new IllegalArgumentException(order);
				}
			}
		}
	}

	private static void hold(LockNode locks, int count) {
		List<CompletableFuture<LockHandle>> all = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			all.add(locks.obtain("many", i).acquireAsync(LONG));
		}
		all.forEach(CompletableFuture::join);
		System.out.println("HELD");
	}

	private static void await(LockNode locks, int count) throws InterruptedException {
		AtomicInteger granted = new AtomicInteger();
		for (int i = 0; i < count; i++) {
			locks.obtain("many", i).acquireAsync(LONG).thenRun(() -> {
				int number = granted.incrementAndGet();
				if (number == 1) {
					System.out.println("FIRST " + System.currentTimeMillis());
				}
				if (number == count) {
					System.out.println("LAST " + System.currentTimeMillis());
				}
			});
		}
		while (locks.monitor().view().locks().stream().filter((lock) -> !lock.waiters().isEmpty()).count() < count) {
			Thread.sleep(50);
		}
		System.out.println("AWAITED");
	}

	private static void again(LockNode locks) {
		for (int i = 0; i < 40; i++) {
			locks.obtain("again", i).acquireAsync(LONG).join().close();
		}
		System.out.println("AGAIN");
	}

}
