package io.pulsarlock;

/**
 * What may be a name, and how a name and a key become one.
 */
final class LockNames {

	private LockNames() {
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
			throw new IllegalArgumentException("The key of lock '" + name + "' must not be null or blank");
		}
		return name.replace("\\", "\\\\").replace(":", "\\:") + ":" + text;
	}

}
