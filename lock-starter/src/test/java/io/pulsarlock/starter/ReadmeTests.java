package io.pulsarlock.starter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static io.pulsarlock.starter.DocumentedPage.flat;
import static io.pulsarlock.starter.DocumentedPage.read;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README shows code that compiles, properties that exist and files that are there.
 */
class ReadmeTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SOURCES = Path.of("src/test/java/io/pulsarlock/starter");

	private final DocumentedPage readme = new DocumentedPage(ROOT.resolve("README.md"));

	@Test
	void everyJavaBlockIsCompiled() {
		String compiled = flat(read(SOURCES.resolve("ReadmeSnippets.java")));
		// These are run, too.
		compiled += flat(read(SOURCES.resolve("readme/ShopTests.java")));
		compiled += flat(read(SOURCES.resolve("readme/RedemptionTests.java")));
		String all = compiled;
		List<String> blocks = this.readme.all("```java\n(.*?)```");
		assertThat(blocks).hasSizeGreaterThan(3).allSatisfy((block) -> assertThat(all).contains(flat(block)));
	}

	@Test
	void everyPropertyExists() throws IOException {
		String metadata = Files
			.readString(ROOT.resolve("lock-autoconfigure/target/classes/META-INF/spring-configuration-metadata.json"));
		assertThat(this.readme.all("`(pulsar-lock\\.[a-z.-]+)[=`]")).hasSizeGreaterThan(10)
			.allSatisfy((property) -> assertThat(metadata).contains("\"" + property + "\""));
	}

	@Test
	void everyLinkLeadsSomewhere() {
		assertThat(this.readme.all("\\]\\(([^)#]+)[^)]*\\)")).filteredOn((link) -> !link.startsWith("http"))
			.isNotEmpty()
			.allSatisfy((link) -> assertThat(ROOT.resolve(link)).exists());
	}

}
