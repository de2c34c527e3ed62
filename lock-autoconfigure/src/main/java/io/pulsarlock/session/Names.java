package io.pulsarlock.session;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;

/**
 * Checks names of locks and leader groups, which may be any text.
 */
final class Names {

	private Names() {
	}

	/**
	 * Checks a name.
	 * @param name the name
	 * @param what what it is a name of
	 * @throws IllegalArgumentException if it is not allowed
	 */
	static void check(String name, String what) {
		if (name == null || name.isBlank()) {
			throw new IllegalArgumentException("The name of a " + what + " must not be null or blank");
		}
		if (name.length() > LockRegistry.MAX_NAME_LENGTH) {
			throw new IllegalArgumentException(
					"The name of a " + what + " must not be longer than " + LockRegistry.MAX_NAME_LENGTH
							+ " characters, but this one has " + name.length() + ": " + start(name, what) + "...");
		}
		// Not every string of chars is text: these could not be told apart once encoded.
		if (hasUnpairedSurrogate(name)) {
			throw new IllegalArgumentException("The name of a " + what + " must not have an unpaired surrogate");
		}
	}

	/** A name that is too long, as far as it tells which one it is. */
	private static String start(String name, String what) {
		String printed = what.equals("lock") ? PrintedNames.lock(name) : PrintedNames.text(name);
		return printed.substring(0, Math.min(printed.length(), 40));
	}

	/** To make an encoder and ask it takes longer than to enter a lock again. */
	static boolean hasUnpairedSurrogate(String name) {
		for (int i = 0; i < name.length(); i++) {
			char each = name.charAt(i);
			if (Character.isSurrogate(each)) {
				i++;
				if (i == name.length() || !Character.isSurrogatePair(each, name.charAt(i))) {
					return true;
				}
			}
		}
		return false;
	}

}
