package io.pulsarlock;

import java.io.File;
import java.lang.reflect.Array;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Makes the keys of locks from values.
 * <p>
 * A key is a simple value or a collection or an array of such. Simple are strings and
 * other character sequences, the JDK's numbers, {@code Boolean}, {@code Character}, enum
 * constants, {@code UUID}, {@code URI}, {@code URL}, {@code Locale}, {@code Currency},
 * {@code Class}, {@code Path}, {@code File}, {@code Date}, {@code TimeZone}, all of
 * {@code java.time}, {@code char[]}, and {@code byte[]}, which becomes its hexadecimal
 * digits. Everything else is refused, as its text may be another one on each node, or the
 * same for different values.
 * <p>
 * A value and its text are one key: {@code 17} and {@code "17"} share a lock.
 *
 * @since 0.2.0
 */
public final class LockKeys {

	/** Unsigned numbers and the like, known by name. */
	private static final Set<String> SIMPLE_BY_NAME = Set.of("kotlin.UByte", "kotlin.UShort", "kotlin.UInt",
			"kotlin.ULong", "kotlin.uuid.Uuid", "java.sql.Date", "java.sql.Time");

	private LockKeys() {
	}

	/**
	 * The text of a key: the same for equal values on every node, another one for
	 * different values of a type. The elements of a set are ordered by their texts.
	 * @param key the value
	 * @return its text; may be blank, which no lock accepts
	 * @throws IllegalArgumentException if the value, or an element of it, is neither
	 * simple nor a collection nor an array, or if a collection is empty or contains null
	 */
	public static String toText(Object key) {
		List<?> elements = elements(key);
		if (elements != null) {
			return joined(elements, key instanceof Set);
		}
		String text = simple(key);
		return (!text.isEmpty() && "[{\\".indexOf(text.charAt(0)) >= 0) ? '\\' + text : text;
	}

	private static @Nullable List<?> elements(Object key) {
		if (key instanceof Collection<?> collection) {
			return new ArrayList<>(collection);
		}
		if (!key.getClass().isArray() || key instanceof byte[] || key instanceof char[]) {
			return null;
		}
		List<@Nullable Object> elements = new ArrayList<>();
		for (int i = 0; i < Array.getLength(key); i++) {
			elements.add(Array.get(key, i));
		}
		return elements;
	}

	private static String joined(List<?> elements, boolean unordered) {
		if (elements.isEmpty()) {
			throw new IllegalArgumentException("An empty collection is not a key");
		}
		List<String> texts = new ArrayList<>();
		for (Object element : elements) {
			if (element == null) {
				throw new IllegalArgumentException("A collection that contains null is not a key");
			}
			String text = toText(element);
			if (text.isBlank()) {
				throw new IllegalArgumentException("A collection that contains a blank element is not a key");
			}
			texts.add(text.replace("\\", "\\\\").replace(",", "\\,"));
		}
		if (unordered) {
			Collections.sort(texts);
		}
		String joined = String.join(",", texts);
		return unordered ? '{' + joined + '}' : '[' + joined + ']';
	}

	private static String simple(Object key) {
		if (key instanceof CharSequence text) {
			return new StringBuilder(text).toString();
		}
		if (key instanceof byte[] bytes) {
			return HexFormat.of().formatHex(bytes);
		}
		if (key instanceof char[] characters) {
			return new String(characters);
		}
		if (key instanceof Enum<?> constant) {
			return constant.name();
		}
		if (key instanceof Class<?> type) {
			return type.getName();
		}
		if (key instanceof TimeZone zone) {
			return zone.getID();
		}
		if (key instanceof Date date && !SIMPLE_BY_NAME.contains(key.getClass().getName())) {
			// The text of a date has no fractions of a second.
			return date.toInstant().toString();
		}
		if (isSimple(key)) {
			return key.toString();
		}
		throw new IllegalArgumentException("An object of " + key.getClass().getName()
				+ " is not a key, because its text may differ between nodes or be the same for different objects. "
				+ "Use a simple value of it, such as its id");
	}

	private static boolean isSimple(Object key) {
		String type = key.getClass().getName();
		return key instanceof Boolean || key instanceof Character || key instanceof UUID || key instanceof URI
				|| key instanceof URL || key instanceof Locale || key instanceof Currency || key instanceof Path
				|| key instanceof File || (key instanceof Number && type.startsWith("java."))
				|| type.startsWith("java.time.") || SIMPLE_BY_NAME.contains(type);
	}

}
