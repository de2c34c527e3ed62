package io.pulsarlock.starter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of the documentation, for tests of its statements.
 */
final class DocumentedPage {

	private final String text;

	DocumentedPage(Path file) {
		this.text = read(file);
	}

	/** All matches of the first group of a pattern. */
	List<String> all(String pattern) {
		return matches(this.text, pattern).toList();
	}

	/** The targets of its links within the repository, with their anchors. */
	List<String> links() {
		return matches(withoutCode(), "\\]\\(([^)\\s]+)\\)").filter((link) -> !link.startsWith("http")).toList();
	}

	/** The anchors of its headings, as GitHub and the site generate them. */
	Set<String> anchors() {
		Set<String> anchors = new HashSet<>();
		matches(withoutCode(), "(?m)^#+ +([^\n]+)$")
			.map((heading) -> heading.strip()
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N}\\p{M}\\p{Pc} -]", "")
				.replace(' ', '-'))
			.forEach((anchor) -> {
				// The second of the same name is numbered.
				String distinct = anchor;
				for (int i = 1; !anchors.add(distinct); i++) {
					distinct = anchor + '-' + i;
				}
			});
		return anchors;
	}

	private String withoutCode() {
		return this.text.replaceAll("(?ms)^```.*?^```", "");
	}

	private static Stream<String> matches(String text, String pattern) {
		return Pattern.compile(pattern, Pattern.DOTALL).matcher(text).results().map((result) -> result.group(1));
	}

	/** Without indentation and empty lines. */
	static String flat(String code) {
		return code.lines().map(String::strip).filter((line) -> !line.isEmpty()).collect(Collectors.joining("\n"));
	}

	static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
