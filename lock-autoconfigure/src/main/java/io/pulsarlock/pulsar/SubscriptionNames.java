package io.pulsarlock.pulsar;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The subscription that is a lock's door. Lock names are data: any string gets a name
 * that is safe for Pulsar and its admin tools, readable at its beginning, and its own,
 * because it ends in a SHA-256 hash.
 */
final class SubscriptionNames {

	private static final int READABLE = 40;

	private SubscriptionNames() {
	}

	static String of(String prefix, String key) {
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
