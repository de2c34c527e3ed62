package io.pulsarlock.test;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.RecordCodec;
import org.apache.pulsar.client.api.CompressionType;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.apache.pulsar.client.api.EncryptionKeyInfo;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;

/**
 * Messages that are not records, as a foreign Pulsar client may write them into a journal
 * by accident.
 */
final class OddMessages {

	private static final Random random = new Random(1);

	private OddMessages() {
	}

	/**
	 * One way to write a message that is not a record.
	 */
	interface Way {

		void write(PulsarClient client, String topic) throws Exception;

	}

	static Map<String, Way> all() {
		Map<String, Way> all = new LinkedHashMap<>();
		all.put("empty", (client, topic) -> send(client, topic, new byte[0]));
		all.put("random", (client, topic) -> send(client, topic, random(40)));
		all.put("half a record", (client, topic) -> {
			byte[] record = RecordCodec.encode(new Request(UUID.randomUUID(), 5, "l:any"));
			send(client, topic, Arrays.copyOf(record, record.length / 2));
		});
		all.put("damaged", (client, topic) -> {
			byte[] record = RecordCodec.encode(new Request(UUID.randomUUID(), 5, "l:any"));
			for (int i = 0; i < record.length; i++) {
				byte[] damaged = record.clone();
				damaged[i] ^= (byte) (1 << i % 8);
				send(client, topic, damaged);
			}
		});
		all.put("large", (client, topic) -> send(client, topic, random(4_000_000)));
		all.put("null", (client, topic) -> {
			try (Producer<byte[]> producer = plain(client, topic).create()) {
				producer.newMessage().key("any").value(null).send();
			}
		});
		all.put("batch", OddMessages::batch);
		all.put("batch of records", OddMessages::batchOfRecords);
		all.put("compressed", (client, topic) -> {
			for (CompressionType type : CompressionType.values()) {
				try (Producer<byte[]> producer = plain(client, topic).compressionType(type).create()) {
					producer.send(new byte[1000]);
				}
			}
		});
		all.put("encrypted", OddMessages::encrypted);
		all.put("chunked", (client, topic) -> {
			try (Producer<byte[]> producer = plain(client, topic).enableChunking(true)
				.chunkMaxMessageSize(1000)
				.create()) {
				producer.send(random(10_000));
			}
		});
		all.put("foreign schema", (client, topic) -> {
			try (Producer<Foreign> producer = client.newProducer(Schema.JSON(Foreign.class)).topic(topic).create()) {
				producer.send(new Foreign());
			}
		});
		all.put("with all the trimmings", (client, topic) -> {
			try (Producer<byte[]> producer = plain(client, topic).create()) {
				producer.newMessage()
					.key("key")
					.orderingKey(random(8))
					.property("some", "thing")
					.eventTime(1)
					.sequenceId(Long.MAX_VALUE)
					.deliverAfter(1, TimeUnit.HOURS)
					.value(random(40))
					.send();
			}
		});
		return all;
	}

	static void send(PulsarClient client, String topic, byte[] content) throws PulsarClientException {
		try (Producer<byte[]> producer = plain(client, topic).create()) {
			producer.send(content);
		}
	}

	private static ProducerBuilder<byte[]> plain(PulsarClient client, String topic) {
		return client.newProducer(Schema.BYTES).topic(topic).enableBatching(false);
	}

	private static void batch(PulsarClient client, String topic) throws PulsarClientException {
		// More than a reader requests at once.
		int messages = 3000;
		try (Producer<byte[]> producer = client.newProducer(Schema.BYTES)
			.topic(topic)
			.enableBatching(true)
			.batchingMaxMessages(messages)
			.batchingMaxPublishDelay(1, TimeUnit.HOURS)
			.maxPendingMessages(messages)
			.create()) {
			for (int i = 0; i < messages; i++) {
				producer.sendAsync(random(40));
			}
			producer.flush();
		}
	}

	private static void batchOfRecords(PulsarClient client, String topic) throws PulsarClientException {
		try (Producer<byte[]> producer = client.newProducer(Schema.BYTES)
			.topic(topic)
			.enableBatching(true)
			.batchingMaxPublishDelay(1, TimeUnit.HOURS)
			.create()) {
			for (int i = 0; i < 3; i++) {
				producer.sendAsync(RecordCodec.encode(new Request(new UUID(1, 2), i, "l:any")));
			}
			producer.flush();
		}
	}

	private static void encrypted(PulsarClient client, String topic) throws Exception {
		try (Producer<byte[]> producer = plain(client, topic).cryptoKeyReader(new Keys())
			.addEncryptionKey("key")
			.create()) {
			producer.send(random(40));
			producer.send(RecordCodec.encode(new Request(UUID.randomUUID(), 5, "l:any")));
		}
	}

	static byte[] random(int length) {
		byte[] bytes = new byte[length];
		synchronized (random) {
			random.nextBytes(bytes);
		}
		return bytes;
	}

	/** A message type of another application. */
	public static final class Foreign {

		public String name = "any";

		public int number = 1;

	}

	/** One pair of keys, for both directions. */
	static final class Keys implements CryptoKeyReader {

		private static final long serialVersionUID = 1L;

		private final transient KeyPair pair;

		Keys() throws NoSuchAlgorithmException {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(2048);
			this.pair = generator.generateKeyPair();
		}

		@Override
		public EncryptionKeyInfo getPublicKey(String name, Map<String, String> metadata) {
			return info("PUBLIC KEY", this.pair.getPublic().getEncoded());
		}

		@Override
		public EncryptionKeyInfo getPrivateKey(String name, Map<String, String> metadata) {
			return info("PRIVATE KEY", this.pair.getPrivate().getEncoded());
		}

		private static EncryptionKeyInfo info(String type, byte[] key) {
			String text = "-----BEGIN " + type + "-----\n"
					+ Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(key) + "\n-----END " + type
					+ "-----\n";
			return new EncryptionKeyInfo(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII), Map.of());
		}

	}

}
