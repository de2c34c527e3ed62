package io.pulsarlock.test.broker;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the tokens (JSON Web Tokens) of a test broker that demands them, with a key of
 * its own.
 *
 * @since 0.2.0
 */
public final class TestTokens {

	private static final String ADMIN = "test-admin";

	private final byte[] key = new byte[32];

	/** Creates it with a random key. */
	public TestTokens() {
		new SecureRandom().nextBytes(this.key);
	}

	/**
	 * What makes a broker accept these tokens and nothing else, and check permissions. It
	 * looks every second whether the token of a connection has expired.
	 * @return the settings, as in its configuration file
	 */
	Map<String, String> brokerSettings() {
		Map<String, String> settings = new LinkedHashMap<>();
		settings.put("authenticationEnabled", "true");
		settings.put("authorizationEnabled", "true");
		settings.put("authenticationProviders", "org.apache.pulsar.broker.authentication.AuthenticationProviderToken");
		settings.put("tokenSecretKey", "data:;base64," + Base64.getEncoder().encodeToString(this.key));
		settings.put("authenticationRefreshCheckSeconds", "1");
		settings.put("superUserRoles", ADMIN);
		settings.put("brokerClientAuthenticationPlugin", "org.apache.pulsar.client.impl.auth.AuthenticationToken");
		settings.put("brokerClientAuthenticationParameters", "token:" + adminToken());
		return settings;
	}

	/**
	 * The token of a superuser.
	 * @return valid for a day
	 */
	public String adminToken() {
		return token(ADMIN, Duration.ofDays(1));
	}

	/**
	 * Makes a token.
	 * @param role the role Pulsar knows its bearer by
	 * @param validFor until it expires, from now on; to the second. Negative for one that
	 * has expired
	 * @return the token
	 */
	public String token(String role, Duration validFor) {
		long expires = Instant.now().plus(validFor).getEpochSecond();
		String content = encode("{\"alg\":\"HS256\"}") + "."
				+ encode("{\"sub\":\"" + role + "\",\"exp\":" + expires + "}");
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(this.key, "HmacSHA256"));
			return content + "." + encode(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String encode(String text) {
		return encode(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String encode(byte[] bytes) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

}
