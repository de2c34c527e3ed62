package io.pulsarlock.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of {@code docs/settings.md} are generated from the configuration metadata.
 */
class SettingsPageTests {

	private static final Path PAGE = Path.of("../docs/settings.md");

	private static final Path GENERATED = Path.of("target/settings.md");

	private static final Pattern TABLE = Pattern.compile("<!-- properties: ([a-z, .-]+) -->\n\n(?:\\|[^\n]*\n)*\n*");

	@Test
	void tablesAreThoseOfTheMetadata() throws IOException {
		String page = Files.readString(PAGE);
		Matcher tables = TABLE.matcher(page);
		String generated = tables
			.replaceAll((match) -> Matcher.quoteReplacement(table(match.group(1), prefixes(match.group(1))::contains)));
		Files.writeString(GENERATED, generated);
		assertThat(page).as("copy lock-autoconfigure/%s to docs/settings.md", GENERATED).isEqualTo(generated);
	}

	@Test
	void everyPropertyHasItsRow() throws IOException {
		String page = Files.readString(PAGE);
		assertThat(properties()).hasSizeGreaterThan(15)
			.allSatisfy((property) -> assertThat(page).containsOnlyOnce("\n| `" + property.get("name") + "` |"));
	}

	private static List<String> prefixes(String text) {
		return List.of(text.split(", "));
	}

	private static String table(String prefixes, Predicate<String> isListed) {
		return "<!-- properties: " + prefixes + " -->\n\n| property | default | description |\n|---|---|---|\n"
				+ properties().stream()
					.filter((property) -> isListed.test(parent(property)))
					.map(SettingsPageTests::row)
					.collect(Collectors.joining())
				+ '\n';
	}

	/** What stands before the last dot, but for the properties of Spring Boot's own. */
	private static String parent(Map<String, Object> property) {
		String name = property.get("name").toString();
		return name.startsWith("management.") ? "management" : name.substring(0, name.lastIndexOf('.'));
	}

	private static String row(Map<String, Object> property) {
		Object value = property.get("defaultValue");
		String text = (value == null || value.toString().isEmpty()) ? "" : '`' + value.toString() + '`';
		return "| `" + property.get("name") + "` | " + text + " | " + property.get("description") + " |\n";
	}

	private static List<Map<String, Object>> properties() {
		String location = PulsarLockProperties.class.getProtectionDomain().getCodeSource().getLocation().toString();
		try (InputStream stream = URI.create(location + "META-INF/spring-configuration-metadata.json")
			.toURL()
			.openStream()) {
			List<Map<String, Object>> properties = JsonPath.parse(stream).read("$.properties");
			return properties.stream()
				.filter((property) -> !property.containsKey("deprecation"))
				.sorted(Comparator.comparing((property) -> property.get("name").toString()))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
