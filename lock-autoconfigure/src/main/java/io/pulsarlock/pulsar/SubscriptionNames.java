package io.pulsarlock.pulsar;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The subscription that is a lock's door. Names are data: any string gets a name that is
 * safe for Pulsar and its admin tools and its own, because it ends in a SHA-256 hash. Of
 * a lock there is nothing else, as its name may be that of a person, and brokers show
 * subscriptions in logs, statistics and meters; the names of leader groups are those of
 * jobs and readable at their beginning.
 */
final class SubscriptionNames {

	private static final int READABLE = 40;

	private SubscriptionNames() {
	}

	/**
	 * Makes the name.
	 * @param key the kind, {@code l} or {@code g}, a colon, and the lock's or group's
	 * name
	 */
	static String of(String prefix, String key) {
		if (key.startsWith("l:")) {
			return prefix + "l_" + hash(key);
		}
		String readable = key.replaceAll("[^A-Za-z0-9_-]", "_");
		readable = (readable.length() > READABLE) ? readable.substring(0, READABLE) : readable;
		return prefix + readable + "." + hash(key);
	}

	private static String hash(String key) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
