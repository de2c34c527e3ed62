package io.pulsarlock.test.contract;

import java.util.List;
import java.util.Set;

/**
 * Tells which threads were started since.
 */
final class Threads {

	/** Threads of the JDK and of test tools that come and go as they like. */
	private static final List<String> OTHERS = List.of("awaitility", "ForkJoinPool", "CompletableFutureDelayScheduler",
			"HttpClient", "junit", "surefire", "contract-caller", "process reaper", "Common-Cleaner", "Keep-Alive",
			"Attach Listener", "ping-");

	private final Set<Thread> before = Thread.getAllStackTraces().keySet();

	List<String> started() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.isAlive() && !this.before.contains(thread))
			.map(Thread::getName)
			.filter((name) -> OTHERS.stream().noneMatch(name::startsWith))
			.sorted()
			.toList();
	}

}
