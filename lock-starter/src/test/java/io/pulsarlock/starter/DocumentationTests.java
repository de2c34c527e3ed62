package io.pulsarlock.starter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static io.pulsarlock.starter.DocumentedPage.flat;
import static io.pulsarlock.starter.DocumentedPage.read;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the README and the pages of the documentation show code that compiles,
 * existing properties, the version of the build, and valid links.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SOURCES = Path.of("src/test/java/io/pulsarlock/starter");

	private static final String OTHERS = "benchmarks/comparison/src/test/java/io/pulsarlock/comparison/migration/";

	private static final String ADAPTERS = "lock-test/adapters/src/test/java/io/pulsarlock/";

	/** By their paths from the root of the checkout. */
	private final Map<Path, DocumentedPage> pages = pages();

	private static Map<Path, DocumentedPage> pages() {
		List<Path> files = new ArrayList<>();
		for (String folder : List.of("", "docs", "docs/model")) {
			try (Stream<Path> listed = Files.list(ROOT.resolve(folder))) {
				listed.filter((file) -> file.toString().endsWith(".md")).forEach(files::add);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		Map<Path, DocumentedPage> pages = new LinkedHashMap<>();
		files.forEach((file) -> pages.put(ROOT.relativize(file), new DocumentedPage(file)));
		return pages;
	}

	private List<String> all(String pattern) {
		return this.pages.values().stream().flatMap((page) -> page.all(pattern).stream()).toList();
	}

	@Test
	void everyJavaBlockIsCompiled() {
		String compiled = Stream.concat(Stream.of("DocumentationSnippets.java", "SecurityPageTests.java",
				// These are run, too.
				"documented/ShopTests.java", "documented/RedemptionTests.java", "migration/AfterMigration.java",
				"migration/BothLocks.java", "migration/TwoNodesTests.java")
			.map(SOURCES::resolve),
				Stream.of("lock-console/src/test/java/io/pulsarlock/console/ConsoleSecurityTests.java",
						// Compiled with the profile "benchmarks".
						OTHERS + "BeforeMigration.java", OTHERS + "SpringIntegrationRoles.java",
						ADAPTERS + "shedlock/ScheduledApplication.java",
						ADAPTERS + "integration/IntegrationFlowTests.java",
						ADAPTERS + "integration/SingleInstanceTaskTests.java",
						ADAPTERS + "camel/PulsarClusterServiceTests.java")
					.map(ROOT::resolve))
			.map((file) -> flat(read(file)))
			.collect(Collectors.joining());
		assertThat(all("```java\n(.*?)```")).hasSizeGreaterThan(8)
			.allSatisfy((block) -> assertThat(compiled).contains(importsAndRest(flat(block))));
	}

	private static List<String> importsAndRest(String block) {
		int end = block.indexOf('\n', block.lastIndexOf("\nimport ") + 1);
		// A block may be an import alone.
		return (block.startsWith("import ") && end > 0) ? List.of(block.substring(0, end), block.substring(end + 1))
				: List.of(block);
	}

	@Test
	void everyPropertyInTheTextExists() throws IOException {
		Set<String> properties = properties();
		this.pages.forEach((path, page) -> {
			// The changelog names properties that were renamed.
			if (!path.equals(Path.of("CHANGELOG.md"))) {
				assertThat(properties).as(path.toString()).containsAll(page.all("`(pulsar-lock\\.[a-z.-]+)[=`]"));
			}
		});
		assertThat(all("`(pulsar-lock\\.[a-z.-]+)[=`]")).hasSizeGreaterThan(50);
	}

	@Test
	void everyPropertyInYamlExists() throws IOException {
		Set<String> properties = properties();
		List<String> blocks = all("```yaml\n(.*?)```");
		assertThat(blocks).hasSizeGreaterThan(5);
		for (String block : blocks) {
			for (PropertySource<?> source : new YamlPropertySourceLoader().load("page",
					new ByteArrayResource(block.getBytes()))) {
				assertThat(((EnumerablePropertySource<?>) source).getPropertyNames()).isNotEmpty()
					.allSatisfy((name) -> assertThat(properties).as(name)
						.anyMatch((property) -> name.equals(property) || name.startsWith(property + '.')
								|| name.startsWith(property + '[')));
			}
		}
	}

	/** Of this library and of everything else on the class path. */
	private static Set<String> properties() throws IOException {
		Set<String> names = new TreeSet<>();
		for (URL metadata : Collections.list(DocumentationTests.class.getClassLoader()
			.getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream stream = metadata.openStream()) {
				names.addAll(JsonPath.parse(stream).<List<String>>read("$.properties[*].name"));
			}
		}
		return names;
	}

	@Test
	void everyVersionIsThatOfTheBuild() {
		String version = new DocumentedPage(ROOT.resolve("pom.xml"))
			.all("<artifactId>pulsar-lock-parent</artifactId>\\s*<version>([^<]+)")
			.get(0);
		assertThat(all("<artifactId>pulsar-lock-[a-z-]+</artifactId>\\s*<version>([^<]+)")).hasSizeGreaterThan(2)
			.containsOnly(version);
		assertThat(all("'io.pulsarlock:[a-z-]+:([^']+)'")).isNotEmpty().containsOnly(version);
	}

	@Test
	void everyVersionThatWasTestedIsOneOfTheBuild() {
		List<String> tested = tested("README.md", "([^|]+ \\| [^|]+ \\| [^|]+ \\| [^|]+)");
		assertThat(tested).hasSizeGreaterThan(2)
			.isEqualTo(tested("docs/getting-started.md", "([^|]+ \\| [^|]+ \\| [^|]+ \\| [^|]+)"));
		DocumentedPage build = new DocumentedPage(ROOT.resolve("pom.xml"));
		assertThat(tested("README.md", "([^ |]+)")).hasSameElementsAs(build.all("<spring-boot\\.version>([^<]+)"));
		assertThat(tested("README.md", "[^|]+ \\| ([^ |]+)"))
			.hasSameElementsAs(build.all("<pulsar-client\\.version>([^<]+)"));
		assertThat(tested("README.md", "[^|]+ \\| [^|]+ \\| [^|]+ \\| ([^ |]+)")).hasSameElementsAs(
				new DocumentedPage(ROOT.resolve("lock-test/broker/pom.xml")).all("<pulsar-broker\\.version>([^<]+)"));
	}

	private List<String> tested(String page, String column) {
		return this.pages.get(Path.of(page)).all("(?m)^\\| (?=\\d)" + column);
	}

	@Test
	void commandOfTheSampleIsThatOfTheReadme() {
		String command = this.pages.get(Path.of("README.md")).all("<!-- run -->\n```sh\n(.*?)```").get(0);
		assertThat(this.pages.get(Path.of("docs/sample.md")).all("```sh\n(.*?)```")).contains(command);
	}

	@Test
	void everyLinkLeadsSomewhere() {
		List<String> links = new ArrayList<>();
		List<String> broken = new ArrayList<>();
		this.pages.forEach((path, page) -> page.links().forEach((link) -> {
			links.add(link);
			String[] parts = link.split("#", 2);
			Path target = parts[0].isEmpty() ? path : path.resolveSibling(parts[0]).normalize();
			DocumentedPage linked = this.pages.get(target);
			if (!Files.exists(ROOT.resolve(target))
					|| (parts.length == 2 && linked != null && !linked.anchors().contains(parts[1]))) {
				broken.add(path + ": " + link);
			}
		}));
		assertThat(links).hasSizeGreaterThan(50);
		assertThat(broken).isEmpty();
	}

}
