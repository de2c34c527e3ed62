package io.pulsarlock;

import java.time.Duration;

/**
 * What may be a name, and how a name and a key become one.
 */
final class LockNames {

	private LockNames() {
	}

	/** A duration as a person would write it. */
	static String text(Duration duration) {
		if (duration.compareTo(Duration.ofMillis(1)) < 0) {
			return "less than 1 ms";
		}
		return (duration.toNanosPart() != 0 && duration.toSeconds() < 10) ? duration.toMillis() + " ms"
				: duration.toSeconds() + " s";
	}

	/**
	 * Joins a kind and a key so that different pairs never collide: the kind's own
	 * separators are escaped.
	 */
	static String join(String name, Object key) {
		if (name == null || name.isBlank()) {
			throw new IllegalArgumentException("The name of a lock must not be blank");
		}
		String text = (key != null) ? LockKeys.toText(key) : null;
		if (text == null || text.isBlank()) {
			throw new IllegalArgumentException(
					"The key of lock '" + PrintedNames.text(name) + "' must not be null or blank");
		}
		return name.replace("\\", "\\\\").replace(":", "\\:") + ":" + text;
	}

}
