package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.benchmarks.faults.Schedule.Cell;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.FileSystemUtils;

/**
 * The fault campaign: starts brokers and nodes, injects faults, and judges their
 * histories. {@code --short} takes minutes, {@code --long} hours.
 */
public final class Campaign {

	/** The prefix of a line with the reason for a bad verdict. */
	static final String REASON = "BROKEN: ";

	/** How often an arena is replaced by a new one. */
	private static final int ARENAS = 4;

	private final Settings settings;

	private final long begun = System.nanoTime();

	private final Schedule schedule;

	private final Verdict verdict;

	private volatile @Nullable Path archive;

	private final AtomicInteger done = new AtomicInteger();

	private final StallWatch stalls = StallWatch.start();

	Campaign(Settings settings) {
		this.settings = possible(settings);
		this.schedule = new Schedule(this.settings);
		this.verdict = new Verdict(this.settings, this.stalls);
		settings.faults()
			.stream()
			.filter((fault) -> !this.settings.faults().contains(fault))
			.forEach((fault) -> this.verdict.skip(fault.title() + ": " + whyNot(fault)));
	}

	/**
	 * Runs a campaign.
	 * @param arguments see {@code --help}
	 * @throws Exception if it cannot be done
	 */
	public static void main(String[] arguments) throws Exception {
		System.setProperty("logback.configurationFile", "campaign-logback.xml");
		if (arguments.length == 0 || arguments[0].equals("--help")) {
			System.out.println(Settings.USAGE);
			return;
		}
		Settings settings;
		try {
			settings = Settings.of(arguments);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		System.exit(new Campaign(settings).run() ? 0 : 1);
	}

	private static Settings possible(Settings settings) {
		Set<Fault> faults = EnumSet.copyOf(settings.faults());
		faults.removeIf((fault) -> whyNot(fault) != null);
		return new Settings(settings.seed(), settings.arenas(), settings.nodes(), settings.locks(), settings.held(),
				settings.times(), faults, settings.lease(), settings.grace(), settings.hints(), settings.limit(),
				settings.controls(), settings.folder());
	}

	/** Why this machine cannot inject a fault, or null if it can. */
	private static @Nullable String whyNot(Fault fault) {
		return switch (fault) {
			case DROP, DROP_IN, DROP_OUT -> Namespace.isPossible() ? null : Namespace.whyNot();
			case WALL_FORWARD, WALL_BACK, WALL_DOUBLE -> (WallClock.library() != null) ? null
					: "libfaketime is not installed (Debian: apt-get install faketime)";
			case DISK_FULL -> DiskSpace.whyNot();
			default -> null;
		};
	}

	/** Runs the campaign; true if nothing was broken. */
	boolean run() throws IOException {
		say("seed " + this.settings.seed() + ", " + this.schedule.total() + " faults in " + this.settings.arenas()
				+ " arenas of " + this.settings.nodes() + " nodes; histories and logs in " + this.settings.folder());
		Path folder = this.settings.folder();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> leaveNothing(folder), "leave-nothing"));
		DiskSpace.unmountBelow(folder);
		// Nodes append to their histories.
		FileSystemUtils.deleteRecursively(folder);
		this.archive = Node.archive(folder);
		List<Thread> threads = new ArrayList<>();
		Random seeds = new Random(this.settings.seed());
		for (int i = 0; i < this.settings.arenas(); i++) {
			String name = "arena-" + (i + 1);
			long seed = seeds.nextLong();
			// The processes of the first arena live long, to show whether anything grows.
			boolean lethal = i > 0 || this.settings.arenas() == 1;
			threads.add(thread(name, () -> arenas(name, seed, lethal)));
		}
		join(threads);
		if (this.settings.controls()) {
			try (Pulsar pulsar = Pulsar.start(this.settings.folder().resolve("controls-pulsar"), 1,
					Control.BROKER_SETTINGS)) {
				List<Thread> controls = new ArrayList<>();
				for (Control control : Control.values()) {
					controls.add(thread(control.name(),
							() -> control.run(this.settings, pulsar, this.archive, this.verdict, this::say)));
				}
				join(controls);
			}
		}
		Path file = this.verdict.write();
		System.out.println();
		System.out.println(this.verdict.markdown());
		this.verdict.reasons().forEach((reason) -> say(REASON + reason));
		say("verdict in " + file);
		return this.verdict.isGood();
	}

	/**
	 * Runs however the campaign ends: a paused process, a namespace or a disk would
	 * outlive it.
	 */
	private static void leaveNothing(Path folder) {
		ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
		Namespace.deleteOwn();
		DiskSpace.unmountBelow(folder);
	}

	/** Runs an arena, and replaces it if it cannot continue; what was seen counts. */
	private void arenas(String name, long seed, boolean lethal) {
		for (int i = 1; !arena((i == 1) ? name : name + "-" + i, seed + i, lethal); i++) {
			if (i == ARENAS) {
				throw new IllegalStateException(name + " could not go on " + i + " times");
			}
		}
	}

	private boolean arena(String name, long seed, boolean lethal) {
		try (Pulsar pulsar = Pulsar.start(this.settings.folder().resolve(name + "-pulsar"), 2);
				Arena arena = new Arena(name, this.settings, pulsar, seed, this.archive, Map.of(), this::progress)) {
			say(name + ": brokers serve, nodes start");
			arena.start();
			arena.countBaseline();
			say(name + ": all nodes have joined");
			boolean whole = work(name, arena, lethal);
			boolean newer = whole && this.settings.faults().contains(Fault.NEWER) && lethal;
			if (newer) {
				arena.run(Fault.NEWER, null);
			}
			// After that, no node can continue, so the arena cannot become quiet either.
			Referee referee = arena.finish(whole && !newer, this.stalls);
			this.verdict.add(name, referee, arena.register(), arena.chronicle());
			return whole;
		}
	}

	/** Works through the schedule; false if this arena cannot continue. */
	private boolean work(String name, Arena arena, boolean lethal) {
		Cell cell = this.schedule.next(lethal);
		while (cell != null && elapsed().compareTo(this.settings.limit()) < 0) {
			try {
				this.schedule.done(arena.run(cell.fault(), cell.role()));
			}
			catch (RuntimeException ex) {
				say(name + " cannot go on: " + ex);
				ex.printStackTrace();
				this.schedule.undone(cell);
				this.verdict.anew(name + ": " + ex.getMessage() + "; "
						+ String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex)).lines().findFirst().orElse(""));
				return false;
			}
			cell = this.schedule.next(lethal);
		}
		if (cell != null) {
			this.schedule.undone(cell);
			this.verdict.skip("Not all faults in " + name + ": the time limit was reached");
		}
		return true;
	}

	private void progress(String line) {
		say(this.done.incrementAndGet() + "/" + this.schedule.total() + " " + line);
	}

	private Thread thread(String name, Runnable task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (RuntimeException | Error ex) {
				say(name + " FAILED: " + ex);
				ex.printStackTrace();
				this.verdict.fail(name + ": " + ex);
			}
		}, name);
		thread.start();
		return thread;
	}

	private static void join(List<Thread> threads) {
		for (Thread thread : threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted", ex);
			}
		}
	}

	private Duration elapsed() {
		return Duration.ofNanos(System.nanoTime() - this.begun);
	}

	private synchronized void say(String line) {
		Duration elapsed = elapsed();
		System.out.printf("%3d:%02d  %s%n", elapsed.toMinutes(), elapsed.toSecondsPart(), line);
	}

}
