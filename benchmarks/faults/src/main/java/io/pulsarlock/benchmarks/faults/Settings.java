package io.pulsarlock.benchmarks.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * The settings of a campaign.
 *
 * @param seed decides order, targets and lengths
 * @param arenas clusters worked on side by side
 * @param nodes node processes in each
 * @param locks locks that are held for a short time, in each
 * @param held locks that each node holds as long as no fault occurs
 * @param times how often each cell of faults and roles is to be filled
 * @param faults the faults
 * @param lease the nodes' lease
 * @param grace the nodes' reconnect grace
 * @param hints which nodes send each other hints
 * @param limit no round begins after that time
 * @param controls whether the broken twins run as well
 * @param folder the folder of histories, logs and the report
 */
record Settings(long seed, int arenas, int nodes, int locks, int held, int times, Set<Fault> faults, Duration lease,
		Duration grace, Hints hints, Duration limit, boolean controls, Path folder) {

	/** The shards of every lock cluster. */
	static final int SHARDS = 2;

	static final String USAGE = """
			java -jar benchmarks/faults/target/fault-campaign.jar --short | --long [options]

			  --short            some eight minutes: the faults most likely to show a regression
			  --long             every fault, each role at least 20 times, two hours and a half
			  --faults=A,B       these only, for example kill,stop-20,unload-topic
			  --times=N          how often each fault meets each role
			  --arenas=N         clusters worked on side by side; each is two brokers and its nodes
			  --nodes=N          node processes in each, 3 to 6
			  --locks=N          locks that change hands all the time in each, besides six others
			  --held=N           locks that each node holds for as long as nothing happens
			  --seed=N           decides order, targets and lengths; printed by every run
			  --lease=6s --grace=2s   the nodes' times
			  --hints=true       nodes send each other hints; false: none does; half: n0, n2, n4 do (--short does this)
			  --limit=90m        no fault begins later
			  --no-controls      without the broken twins
			  --folder=DIR       for histories, logs and the report (target/fault-campaign)
			""";

	static Settings of(String... arguments) {
		Map<String, String> options = new LinkedHashMap<>();
		for (String argument : arguments) {
			String[] parts = argument.split("=", 2);
			if (!parts[0].startsWith("--")) {
				throw new IllegalArgumentException("Not an option: " + argument + "\n\n" + USAGE);
			}
			options.put(parts[0].substring(2), (parts.length > 1) ? parts[1] : "");
		}
		boolean isLong = options.remove("long") != null;
		boolean isShort = options.remove("short") != null;
		if (isLong == isShort && !options.containsKey("faults")) {
			throw new IllegalArgumentException("Say --short or --long or --faults\n\n" + USAGE);
		}
		Set<Fault> faults = EnumSet.noneOf(Fault.class);
		if (options.containsKey("faults")) {
			Arrays.stream(options.remove("faults").split(",")).map(Fault::of).forEach(faults::add);
		}
		else {
			faults.addAll(isLong ? EnumSet.allOf(Fault.class) : SHORT);
		}
		Settings settings = new Settings(number(options, "seed", System.currentTimeMillis() % 1_000_000),
				(int) number(options, "arenas", isLong ? 2 : 1), (int) number(options, "nodes", isLong ? 4 : 3),
				(int) number(options, "locks", 2), (int) number(options, "held", 0),
				(int) number(options, "times", isLong ? 20 : 1), faults, time(options, "lease", "6s"),
				time(options, "grace", "2s"), Hints.of(options.remove("hints"), isShort ? Hints.HALF : Hints.NONE),
				time(options, "limit", isLong ? "180m" : "5m"), options.remove("no-controls") == null,
				Path.of((options.containsKey("folder")) ? options.remove("folder") : "target/fault-campaign")
					.toAbsolutePath());
		if (!options.isEmpty()) {
			throw new IllegalArgumentException("Unknown options: " + options.keySet() + "\n\n" + USAGE);
		}
		return settings;
	}

	private static final Set<Fault> SHORT = EnumSet.of(Fault.KILL, Fault.STOP_5, Fault.STOP_20, Fault.SHUTDOWN,
			Fault.RESET, Fault.BLACKHOLE, Fault.DROP_OUT, Fault.STARVE, Fault.WALL_FORWARD, Fault.JOIN_KILL,
			Fault.UPGRADE, Fault.STALE_EXPEL, Fault.NOISE_STRANGERS, Fault.NOISE_FORGED, Fault.BROKER_KILL,
			Fault.UNLOAD_NAMESPACE, Fault.DELETE_READERS, Fault.POLICY_BACKLOG, Fault.NEWER);

	private static long number(Map<String, String> options, String name, long otherwise) {
		String value = options.remove(name);
		return (value != null) ? Long.parseLong(value) : otherwise;
	}

	private static Duration time(Map<String, String> options, String name, String otherwise) {
		String value = options.remove(name);
		return DurationStyle.detectAndParse((value != null) ? value : otherwise);
	}

	/** Which nodes send each other hints. */
	enum Hints {

		/** None. */
		NONE("false", "no hints"),

		/** Every other one, beginning with the first, beside nodes without them. */
		HALF("half", "hints between every other node"),

		/** All of them. */
		ALL("true", "hints between all nodes");

		private final String option;

		private final String description;

		Hints(String option, String description) {
			this.option = option;
			this.description = description;
		}

		private static Hints of(@Nullable String option, Hints otherwise) {
			if (option == null) {
				return otherwise;
			}
			return Arrays.stream(values())
				.filter((each) -> each.option.equals(option))
				.findFirst()
				.orElseThrow(() -> new IllegalArgumentException(
						"--hints is true, false or half, not " + option + "\n\n" + USAGE));
		}

		/** Whether the node of a number, from zero, sends and receives them. */
		boolean has(int node) {
			return this == ALL || this == HALF && node % 2 == 0;
		}

		/** Whether any two nodes can send them to each other. */
		boolean areSent() {
			return this != NONE;
		}

		String description() {
			return this.description;
		}

	}

}
