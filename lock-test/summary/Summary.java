import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sums up the test reports that this build has written: how many tests of which module,
 * and with which broker. Fails when a green test has printed a stack trace, because a
 * reader cannot tell it from an error. Run by the last module of the build.
 */
class Summary {

	private static final Pattern SUITE = Pattern
		.compile("<testsuite [^>]*? tests=\"(\\d+)\" errors=\"(\\d+)\" skipped=\"(\\d+)\" failures=\"(\\d+)\"");

	private static final Pattern STACK_TRACE = Pattern.compile("^\\s+at [\\w.$/@<>-]+\\([\\w .:$-]*\\)",
			Pattern.MULTILINE);

	/** What the shared broker of the tests says about itself when it is chosen. */
	private static final Pattern BROKER = Pattern.compile("Test broker: (.*)");


	private final Path root;

	private final Instant since;

	private final String springBoot;

	private final TreeMap<String, int[]> modules = new TreeMap<>();

	private final Set<String> brokers = new TreeSet<>();

	private final List<String> noisy = new ArrayList<>();

	Summary(Path root, Instant since, String springBoot) {
		this.root = root;
		this.since = since;
		this.springBoot = springBoot;
	}

	public static void main(String[] args) throws IOException {
		// Times of files may be of whole seconds.
		Summary summary = new Summary(Path.of(args[0]), Instant.parse(args[1]).minusSeconds(1), args[2]);
		summary.read();
		summary.print();
		if (!summary.noisy.isEmpty()) {
			System.out.println("Stack traces in the output of green tests; assert and capture them:");
			summary.noisy.forEach((each) -> System.out.println("  " + each));
			System.exit(1);
		}
	}

	private void read() throws IOException {
		List<Path> targets;
		try (Stream<Path> all = Files.find(this.root, 4,
				(path, attributes) -> attributes.isDirectory() && path.endsWith("target"))) {
			targets = all.sorted().toList();
		}
		for (Path target : targets) {
			for (String reports : List.of("surefire-reports", "failsafe-reports")) {
				readReports(target, target.resolve(reports));
			}
		}
	}

	private void readReports(Path target, Path reports) throws IOException {
		if (!Files.isDirectory(reports)) {
			return;
		}
		String module = this.root.relativize(target.getParent()).toString();
		List<Path> files;
		try (Stream<Path> all = Files.list(reports)) {
			files = all.sorted().toList();
		}
		for (Path file : files) {
			if (!isNew(file)) {
				continue;
			}
			String name = file.getFileName().toString();
			if (name.startsWith("TEST-") && name.endsWith(".xml")) {
				count(module, Files.readString(file));
			}
			if (name.endsWith("-output.txt")) {
				String output = Files.readString(file);
				BROKER.matcher(output).results().map((each) -> each.group(1)).forEach(this.brokers::add);
				// The campaign quotes the logs of the processes it breaks.
				if (!module.startsWith("benchmarks") && STACK_TRACE.matcher(output).find()) {
					this.noisy.add(this.root.relativize(file).toString());
				}
			}
		}
	}

	private void count(String module, String report) {
		Matcher matcher = SUITE.matcher(report);
		if (matcher.find()) {
			int[] sums = this.modules.computeIfAbsent(module, (name) -> new int[4]);
			for (int i = 0; i < sums.length; i++) {
				sums[i] += Integer.parseInt(matcher.group(i + 1));
			}
		}
	}

	/** Of a jar among those that a module of the tests was given. */
	private String version(String module, String artifact) throws IOException {
		Pattern name = Pattern.compile(Pattern.quote(artifact) + "-(\\d.*)\\.jar");
		Path jars = this.root.resolve(module).resolve("target/lib");
		if (!Files.isDirectory(jars)) {
			return "of unknown version";
		}
		try (Stream<Path> all = Files.list(jars)) {
			return all.map((jar) -> name.matcher(jar.getFileName().toString()))
				.filter(Matcher::matches)
				.map((matcher) -> matcher.group(1))
				.findFirst()
				.orElse("of unknown version");
		}
	}

	private boolean isNew(Path file) throws IOException {
		return Files.isRegularFile(file) && !Files.getLastModifiedTime(file).toInstant().isBefore(this.since);
	}

	private void print() throws IOException {
		int tests = 0;
		int skipped = 0;
		for (int[] sums : this.modules.values()) {
			tests += sums[0];
			skipped += sums[2];
		}
		System.out.println();
		System.out.println("Tested: " + (tests - skipped) + " tests, " + skipped + " skipped ("
				+ this.modules.entrySet()
					.stream()
					.map((each) -> each.getKey() + " " + (each.getValue()[0] - each.getValue()[2]))
					.collect(Collectors.joining(", "))
				+ ")");
		System.out.println("Broker: " + (this.brokers.isEmpty() ? "none was needed" : String.join("; ", this.brokers))
				+ (this.brokers.toString().contains("child process")
						? ", Pulsar " + version("lock-test/broker", "pulsar-broker") : ""));
		System.out.println("With:   JDK " + Runtime.version() + ", Spring Boot " + this.springBoot + ", Pulsar client "
				+ version("lock-test", "pulsar-client-all"));
	}

}
