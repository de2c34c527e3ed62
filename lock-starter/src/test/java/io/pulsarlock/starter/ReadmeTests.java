package io.pulsarlock.starter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README shows code that compiles, properties that exist and files that are there.
 */
class ReadmeTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SOURCES = Path.of("src/test/java/io/pulsarlock/starter");

	private final String readme = read(ROOT.resolve("README.md"));

	@Test
	void everyJavaBlockIsCompiled() {
		String compiled = flat(read(SOURCES.resolve("ReadmeSnippets.java")));
		// These are run, too.
		compiled += flat(read(SOURCES.resolve("readme/ShopTests.java")));
		compiled += flat(read(SOURCES.resolve("readme/RedemptionTests.java")));
		String all = compiled;
		List<String> blocks = all("```java\n(.*?)```");
		assertThat(blocks).hasSizeGreaterThan(3).allSatisfy((block) -> assertThat(all).contains(flat(block)));
	}

	@Test
	void everyPropertyExists() throws IOException {
		String metadata = Files
			.readString(ROOT.resolve("lock-autoconfigure/target/classes/META-INF/spring-configuration-metadata.json"));
		assertThat(all("`(pulsar-lock\\.[a-z.-]+)[=`]")).hasSizeGreaterThan(10)
			.allSatisfy((property) -> assertThat(metadata).contains("\"" + property + "\""));
	}

	@Test
	void everyLinkLeadsSomewhere() {
		assertThat(all("\\]\\(([^)#]+)[^)]*\\)")).filteredOn((link) -> !link.startsWith("http"))
			.isNotEmpty()
			.allSatisfy((link) -> assertThat(ROOT.resolve(link)).exists());
	}

	private List<String> all(String pattern) {
		Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(this.readme);
		return matcher.results().map((result) -> result.group(1)).toList();
	}

	/** Without indentation and empty lines. */
	private static String flat(String code) {
		return code.lines().map(String::strip).filter((line) -> !line.isEmpty()).collect(Collectors.joining("\n"));
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
