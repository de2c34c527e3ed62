package io.pulsarlock.pulsar;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.pulsarlock.line.RecordSigner;
import org.jspecify.annotations.Nullable;

/**
 * The keys with which the nodes of a lock cluster sign and verify records. A record is
 * signed with each key and counts if one key verifies it. Immutable; never exposes the
 * keys.
 *
 * @since 0.2.0
 */
public final class RecordKeys {

	/** The shortest key: as long as what the algorithm computes with it. */
	public static final int MIN_BYTES = 32;

	/** The largest number of keys; a change of keys needs two. */
	public static final int MAX_KEYS = RecordSigner.MAX_SIGNATURES;

	private static final String ALGORITHM = "HmacSHA256";

	private static final RecordKeys NONE = new RecordKeys(List.of());

	private final List<byte[]> keys;

	private RecordKeys(List<byte[]> keys) {
		this.keys = keys;
	}

	/**
	 * No keys: records are not signed, and those that are cannot be read.
	 * @return the keys
	 */
	public static RecordKeys none() {
		return NONE;
	}

	/**
	 * Reads keys.
	 * @param keys each at least {@value #MIN_BYTES} random bytes in Base64, as
	 * {@code openssl rand -base64 32} writes them; without any, records are not signed
	 * @return the keys
	 * @throws IllegalArgumentException if one of them is no such key, or is there twice,
	 * or there are more than {@value #MAX_KEYS}; the message contains no key
	 */
	public static RecordKeys of(List<String> keys) {
		if (keys.size() > MAX_KEYS) {
			throw new IllegalArgumentException("There are " + keys.size() + " keys, and each record is signed with all"
					+ " of them. At most " + MAX_KEYS + " are allowed; 2 are enough to change the key");
		}
		List<byte[]> read = new ArrayList<>();
		for (int i = 0; i < keys.size(); i++) {
			byte[] key = read(i, keys.get(i));
			for (int j = 0; j < i; j++) {
				if (Arrays.equals(key, read.get(j))) {
					throw new IllegalArgumentException("Key [" + i + "] is the same as key [" + j
							+ "]. Remove one of them; to change the key, set the new and the old one");
				}
			}
			read.add(key);
		}
		return read.isEmpty() ? NONE : new RecordKeys(List.copyOf(read));
	}

	private static byte[] read(int index, String text) {
		byte[] key;
		try {
			key = Base64.getDecoder().decode(text.strip());
		}
		catch (IllegalArgumentException ex) {
			// Its message has a part of the key.
			throw new IllegalArgumentException("Key [" + index + "] is not Base64. " + cure());
		}
		if (key.length < MIN_BYTES) {
			throw new IllegalArgumentException(
					"Key [" + index + "] has " + key.length + " bytes and needs at least " + MIN_BYTES + ". " + cure());
		}
		return key;
	}

	private static String cure() {
		return "'openssl rand -base64 " + MIN_BYTES + "' generates a key";
	}

	/**
	 * Whether records are not signed.
	 * @return true if there is no key
	 */
	public boolean isEmpty() {
		return this.keys.isEmpty();
	}

	/**
	 * What signs and verifies the records of a topic.
	 * @param topic the topic's full name
	 * @return null if there is no key
	 */
	public @Nullable RecordSigner signer(String topic) {
		return this.keys.isEmpty() ? null : new HmacSigner(this.keys, topic);
	}

	@Override
	public String toString() {
		return this.keys.size() + " record keys";
	}

	/**
	 * HMAC-SHA-256, cut to half its length. The topic's name is signed too, so a record
	 * that is copied to another topic, of another shard or cluster, does not count there.
	 */
	private static final class HmacSigner implements RecordSigner {

		private final List<Mac> macs;

		private final byte[] topic;

		HmacSigner(List<byte[]> keys, String topic) {
			this.macs = keys.stream().map(HmacSigner::mac).toList();
			this.topic = (topic + '\0').getBytes(StandardCharsets.UTF_8);
		}

		private static Mac mac(byte[] key) {
			try {
				Mac mac = Mac.getInstance(ALGORITHM);
				mac.init(new SecretKeySpec(key, ALGORITHM));
				return mac;
			}
			catch (GeneralSecurityException ex) {
				// Every Java platform has it, and it takes any key.
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public byte[] sign(byte[] bytes, int length) {
			ByteBuffer signatures = ByteBuffer.allocate(this.macs.size() * LENGTH);
			this.macs.forEach((mac) -> signatures.put(sign(mac, bytes, length)));
			return signatures.array();
		}

		@Override
		public boolean isSigned(byte[] bytes, int length, int signatures) {
			for (Mac mac : this.macs) {
				byte[] expected = sign(mac, bytes, length);
				for (int i = 0; i < signatures; i++) {
					int from = length + i * LENGTH;
					if (MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, from, from + LENGTH))) {
						return true;
					}
				}
			}
			return false;
		}

		private byte[] sign(Mac mac, byte[] bytes, int length) {
			synchronized (mac) {
				mac.update(this.topic);
				mac.update(bytes, 0, length);
				return Arrays.copyOf(mac.doFinal(), LENGTH);
			}
		}

	}

}
