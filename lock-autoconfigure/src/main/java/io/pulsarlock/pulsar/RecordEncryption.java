package io.pulsarlock.pulsar;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.apache.pulsar.client.api.ReaderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Has the Pulsar client encrypt records, for namespaces that require it. All nodes of a
 * lock cluster need keys that read the records of all others: two nodes that cannot read
 * each other refuse each other.
 *
 * @since 0.2.0
 */
public final class RecordEncryption {

	private static final RecordEncryption NONE = new RecordEncryption(null, Set.of());

	private final @Nullable CryptoKeyReader reader;

	private final Set<String> names;

	private RecordEncryption(@Nullable CryptoKeyReader reader, Set<String> names) {
		this.reader = reader;
		this.names = names;
	}

	/**
	 * No encryption.
	 * @return no keys
	 */
	public static RecordEncryption none() {
		return NONE;
	}

	/**
	 * Encryption by the Pulsar client.
	 * @param reader gives the public and the private key of a name, as for any producer
	 * and consumer
	 * @param names the names of the public keys that records are encrypted with; the
	 * private key of any one of them decrypts the records
	 * @return the keys
	 * @throws IllegalArgumentException if there is no name, or one is blank
	 */
	public static RecordEncryption of(CryptoKeyReader reader, Collection<String> names) {
		Objects.requireNonNull(reader, "reader");
		if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
			throw new IllegalArgumentException("Each key for encryption must have a name, and at least one is needed");
		}
		return new RecordEncryption(reader, new LinkedHashSet<>(names));
	}

	/**
	 * Whether records are encrypted.
	 * @return false without keys
	 */
	public boolean isEmpty() {
		return this.names.isEmpty();
	}

	<T> ProducerBuilder<T> apply(ProducerBuilder<T> producer) {
		if (this.reader != null) {
			producer.cryptoKeyReader(this.reader);
			this.names.forEach(producer::addEncryptionKey);
		}
		return producer;
	}

	<T> ConsumerBuilder<T> apply(ConsumerBuilder<T> consumer) {
		return (this.reader != null) ? consumer.cryptoKeyReader(this.reader) : consumer;
	}

	<T> ReaderBuilder<T> apply(ReaderBuilder<T> reader) {
		return (this.reader != null) ? reader.cryptoKeyReader(this.reader) : reader;
	}

}
