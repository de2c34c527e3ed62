package io.pulsarlock.comparison.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Names and values that go from the harness to a client, on its command line and with
 * each command.
 *
 * @param values the values; none contains white space
 */
public record Settings(Map<String, String> values) {

	/**
	 * Reads {@code name=value} words.
	 * @param words the words
	 * @param from the first word to read
	 * @return the settings
	 */
	public static Settings parse(String[] words, int from) {
		Map<String, String> values = new LinkedHashMap<>();
		for (int i = from; i < words.length; i++) {
			int equals = words[i].indexOf('=');
			values.put(words[i].substring(0, equals), words[i].substring(equals + 1));
		}
		return new Settings(values);
	}

	/**
	 * A value that must be there.
	 * @param name the name
	 * @return the value
	 */
	public String get(String name) {
		String value = this.values.get(name);
		if (value == null) {
			throw new IllegalArgumentException("No setting '" + name + "' in " + this.values);
		}
		return value;
	}

	/**
	 * A value that may be missing.
	 * @param name the name
	 * @param otherwise what counts then
	 * @return the value
	 */
	public String get(String name, String otherwise) {
		return this.values.getOrDefault(name, otherwise);
	}

	/**
	 * A number.
	 * @param name the name
	 * @return the value
	 */
	public long number(String name) {
		return Long.parseLong(get(name));
	}

	/**
	 * The host and port of the server.
	 * @return both, with a colon
	 */
	public String address() {
		return get("address");
	}

	/**
	 * After what time a silent holder shall lose its locks.
	 * @return the session, lease or time to live
	 */
	public Duration timeout() {
		return Duration.ofMillis(number("timeout"));
	}

	/**
	 * As words of a command.
	 * @return the words
	 */
	public String line() {
		StringBuilder line = new StringBuilder();
		this.values.forEach((name, value) -> line.append(' ').append(name).append('=').append(value));
		return line.toString();
	}

}
