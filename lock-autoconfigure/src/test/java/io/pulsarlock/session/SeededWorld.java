package io.pulsarlock.session;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.fail;

/**
 * A world of nodes that a seed repeats.
 */
interface SeededWorld {

	void run();

	SimulatedTime time();

	SimulationCoverage coverage();

	/**
	 * Runs many of them, in parallel.
	 * @param from the first seed
	 * @param seeds how many
	 * @return what has happened in them
	 */
	static SimulationCoverage runAll(long from, long seeds, Factory worlds) {
		SimulationCoverage coverage = new SimulationCoverage();
		AtomicLong steps = new AtomicLong();
		long start = System.nanoTime();
		LongStream.range(from, from + seeds).parallel().forEach((seed) -> {
			SeededWorld world = run(seed, worlds);
			coverage.addAll(world.coverage());
			steps.addAndGet(world.time().steps());
		});
		System.out.printf("%d steps of %d seeds in %.1f s%n%s%n", steps.get(), seeds, (System.nanoTime() - start) / 1e9,
				coverage);
		return coverage;
	}

	/** Runs one of them. If it fails, it is run again with a trace, which is printed. */
	static SeededWorld run(long seed, Factory worlds) {
		SeededWorld world = worlds.create(seed, false);
		try {
			world.run();
		}
		catch (RuntimeException ex) {
			SeededWorld again = worlds.create(seed, true);
			try {
				again.run();
			}
			catch (RuntimeException same) {
				synchronized (SeededWorld.class) {
					again.time().trace().forEach(System.out::println);
				}
			}
			fail("seed " + seed, ex);
		}
		return world;
	}

	/** Whether a world shows that a lock has two holders. */
	static boolean isCaught(SeededWorld world) {
		try {
			world.run();
			return false;
		}
		catch (SimulationViolation ex) {
			return ex.getMessage().startsWith("two hold");
		}
	}

	/** Creates the world of a seed. */
	interface Factory {

		SeededWorld create(long seed, boolean traced);

	}

}
