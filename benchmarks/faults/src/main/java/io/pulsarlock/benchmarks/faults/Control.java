package io.pulsarlock.benchmarks.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.pulsarlock.benchmarks.faults.Settings.Hints;
import io.pulsarlock.benchmarks.faults.Violation.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A twin of the library, or an alternative, that is known to be broken, and the violation
 * that it must cause. If the campaign does not detect it, its silence about the library
 * proves nothing.
 */
enum Control {

	/** Holders do not check whether the session is still confirmed. */
	NO_CONFIRMATION("holders do not ask for confirmation", "no-confirmation", Set.of(Kind.OVERLAP)) {

		@Override
		void provoke(Arena arena) {
			arena.run(Fault.STOP_5, Role.HOLDER);
		}

	},

	/** An expulsion counts regardless of later records. */
	EXPEL_WITHOUT_COMPARISON("expulsion without compare-and-set", "expel-without-cas", Set.of(Kind.OVERLAP)) {

		@Override
		void provoke(Arena arena) {
			// Slower than half a grace, so that the holder does not learn of it in time.
			slowly(arena.longHolder(), Duration.ofMillis(700), () -> arena.run(Fault.STALE_EXPEL, null));
		}

	},

	/** A Failover subscription is taken for a lock. */
	FAILOVER_SUBSCRIPTION("failover subscription as the lock", null, Set.of(Kind.OVERLAP)) {

		@Override
		void provoke(Arena arena) {
			arena.runOn(arena.holderByHistory(), Fault.BLACKHOLE);
		}

		@Override
		Map<String, String> options() {
			return Map.of("faults.mode", "failover");
		}

		@Override
		boolean hasTokens() {
			return false;
		}

	},

	/** A Release removes the front of the line regardless of its owner. */
	RELEASE_WITHOUT_OWNER("release without owner check", "release-without-owner",
			Set.of(Kind.OVERLAP, Kind.BYSTANDER)) {

		@Override
		void provoke(Arena arena) {
			slowly(arena.nodes().get(0), Duration.ofMillis(400), () -> arena.run(Fault.RESET, null));
		}

		@Override
		Map<String, String> options() {
			return Map.of("faults.wait-for", "300ms");
		}

		@Override
		boolean isSymptom(Violation violation) {
			// A slow start of many processes may cost a node a lock, but not in this way.
			return violation.kind() == Kind.OVERLAP || violation.what().endsWith("ENDED_BY_CLUSTER");
		}

	},

	/** The callback for a loss is never called. */
	NOT_TOLD("losses are not told", "told-late", Set.of(Kind.UNTOLD)) {

		@Override
		void provoke(Arena arena) {
			arena.run(Fault.STOP_5, Role.HOLDER);
		}

	},

	/** The library as it is, with a resource that does not check tokens. */
	UNCHECKED_TOKENS("resource does not check tokens", null, Set.of()) {

		@Override
		void provoke(Arena arena) {
			arena.run(Fault.STOP_5, Role.HOLDER);
		}

		@Override
		@Nullable String caught(Arena arena) {
			Report report = arena.register();
			long lost = report.total(Store.UNCHECKED).lost();
			return (lost > 0 && report.total(Store.CHECKED).lost() == 0)
					? "lost updates: " + lost + ", with token checks none" : null;
		}

	};

	/**
	 * The broker checks silent connections itself, as it would in half a minute, and
	 * never notifies the owner of a subscription.
	 */
	static final Map<String, String> BROKER_SETTINGS = Map.of("keepAliveIntervalSeconds", "2");

	/** Some twins fail only at a moment that not every attempt hits. */
	private static final int ATTEMPTS = 15;

	private final String title;

	private final @Nullable String twin;

	private final Set<Kind> symptoms;

	Control(String title, @Nullable String twin, Set<Kind> symptoms) {
		this.title = title;
		this.twin = twin;
		this.symptoms = symptoms.isEmpty() ? EnumSet.noneOf(Kind.class) : EnumSet.copyOf(symptoms);
	}

	/** Injects what a correct library survives. */
	abstract void provoke(Arena arena);

	Map<String, String> options() {
		return Map.of();
	}

	/** Acts while the connection to one node is slow. */
	private static void slowly(Node node, Duration delay, Runnable task) {
		node.link().delay(delay);
		try {
			task.run();
		}
		finally {
			node.link().heal();
		}
	}

	boolean hasTokens() {
		return true;
	}

	boolean isSymptom(Violation violation) {
		return true;
	}

	/** How the twin was caught, or null if it was not. */
	@Nullable String caught(Arena arena) {
		Referee referee = new Referee(arena.chronicle(), hasTokens(), StallWatch.none());
		referee.referee();
		return referee.violations()
			.stream()
			.filter((violation) -> this.symptoms.contains(violation.kind()) && isSymptom(violation))
			.map(Violation::toString)
			.findFirst()
			.orElse(null);
	}

	void run(Settings settings, Pulsar pulsar, @Nullable Path archive, Verdict verdict, Consumer<String> progress) {
		Settings small = new Settings(settings.seed(), 1, 3, 4, 0, 1, settings.faults(), Duration.ofSeconds(3),
				Duration.ofSeconds(1), Hints.NONE, settings.limit(), false, settings.folder());
		Map<String, String> all = new HashMap<>(Map.of("faults.long-hold", "20s"));
		all.putAll(options());
		String name = "control-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
		try (Arena arena = new Arena(name, small, pulsar, settings.seed(), archive, all, (line) -> {
		})) {
			arena.nodes().forEach((node) -> node.twin(this.twin));
			arena.start();
			String how = caught(arena);
			for (int i = 0; how == null && i < ATTEMPTS; i++) {
				provoke(arena);
				arena.awaitEndOfHoldings();
				how = caught(arena);
			}
			progress.accept(this.title + ": " + ((how != null) ? "caught: " + how : "NOT CAUGHT"));
			verdict.control(this.title, how != null, (how != null) ? how : "nothing was seen");
		}
	}

}
