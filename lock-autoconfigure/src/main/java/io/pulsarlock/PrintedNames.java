package io.pulsarlock;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names as this library prints them, in log lines, messages of exceptions, spans and
 * {@code toString()}. For an application that prints them in the same way.
 * <p>
 * The key of a lock may be personal data, so a hash stands in its place:
 * {@code customer:#7a64adf287}. The key is what follows the first colon of a lock's name,
 * as in {@link LockRegistry#obtain(String, Object)}; a colon after a backslash does not
 * count. Equal keys have equal hashes, on all nodes and at all times, so that log lines
 * of a key can be found: it is {@code #} and the first ten hexadecimal digits of the
 * SHA-256 of the key in UTF-8. A hash hides a key from a reader who does not know it; a
 * reader who can guess the key can verify the guess.
 * <p>
 * Characters that begin a new line or cannot be seen are printed as their code, a line
 * feed as <code>&#92;u{a}</code>, so that no name makes other text look different.
 * <p>
 * Safe for use by any number of threads.
 *
 * @since 0.2.0
 */
public final class PrintedNames {

	private static final int HASH_BYTES = 5;

	private static volatile boolean readableKeys;

	private PrintedNames() {
	}

	/**
	 * Sets whether keys are printed as they are, in this process: log lines of all nodes
	 * in a process go the same way. Set by {@code pulsar-lock.privacy.readable-keys}
	 * where there is Spring Boot; the latest application context counts.
	 * @param readable true to print keys; false, the default, to print their hashes
	 */
	public static void setReadableKeys(boolean readable) {
		readableKeys = readable;
	}

	/**
	 * The name of a lock.
	 * @param name the full name, with its key if it has one
	 * @return the name on one line, with a hash in place of the key unless keys are
	 * readable
	 */
	public static String lock(String name) {
		int key = startOfKey(name);
		if (key == name.length() || readableKeys) {
			return text(name);
		}
		return text(name.substring(0, key)) + hash(name.substring(key));
	}

	/**
	 * The key of a lock.
	 * @param key the key's text
	 * @return the hash, or the key on one line if keys are readable
	 */
	public static String key(String key) {
		return readableKeys ? text(key) : hash(key);
	}

	/**
	 * Text that hides nothing: the name of a leader group, node or job, or the message of
	 * a third party.
	 * @param text the text
	 * @return the text on one line
	 */
	public static String text(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (!isPlain(text.charAt(i))) {
				return escaped(text);
			}
		}
		return text;
	}

	/** Where the key begins; the length if there is none. */
	private static int startOfKey(String name) {
		for (int i = 0; i < name.length(); i++) {
			char each = name.charAt(i);
			if (each == '\\') {
				i++;
			}
			else if (each == ':') {
				return i + 1;
			}
		}
		return name.length();
	}

	private static String hash(String key) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
			return '#' + HexFormat.of().formatHex(digest, 0, HASH_BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			// Every Java platform has it.
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isPlain(char each) {
		return each >= ' ' && each < '\u007f';
	}

	private static String escaped(String text) {
		StringBuilder escaped = new StringBuilder(text.length() + 16);
		text.codePoints().forEach((each) -> {
			if (isVisible(each)) {
				escaped.appendCodePoint(each);
			}
			else {
				escaped.append("\\u{").append(Integer.toHexString(each)).append('}');
			}
		});
		return escaped.toString();
	}

	private static boolean isVisible(int codePoint) {
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
				false;
			// Some scripts and emoji need the joiners.
			case Character.FORMAT -> codePoint == 0x200c || codePoint == 0x200d;
			default -> true;
		};
	}

}
