package io.pulsarlock.starter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page of the documentation, for tests that take it at its word.
 */
final class DocumentedPage {

	private final String text;

	DocumentedPage(Path file) {
		this.text = read(file);
	}

	/** What the first group of a pattern matches, wherever it does. */
	List<String> all(String pattern) {
		Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(this.text);
		return matcher.results().map((result) -> result.group(1)).toList();
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
