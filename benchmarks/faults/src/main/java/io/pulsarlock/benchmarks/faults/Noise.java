package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.UnreadableRecordException;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;

/**
 * A plain Pulsar client that may produce to the lock topics, and writes what nodes do not
 * write, by mistake or maliciously.
 */
final class Noise {

	private static final int OPENINGS = 3000;

	private final PulsarClient client;

	private final List<String> topics;

	private final Duration pause;

	private final Duration lease;

	private final Random random;

	/**
	 * Creates it.
	 * @param client a client for this object only
	 * @param topics the topics to write to
	 * @param pause between two messages to each of them
	 * @param lease the lease of the sessions that are opened in thousands
	 * @param seed the random seed
	 */
	Noise(PulsarClient client, List<String> topics, Duration pause, Duration lease, long seed) {
		this.client = client;
		this.topics = topics;
		this.pause = pause;
		this.lease = lease;
		this.random = new Random(seed);
	}

	/**
	 * Makes noise in all topics.
	 * @param kind what is written
	 * @param length for how long
	 * @return how many messages were written
	 */
	int make(Kind kind, Duration length) {
		int written = 0;
		List<Ear> ears = new ArrayList<>();
		try {
			for (String topic : this.topics) {
				ears.add(new Ear(topic));
			}
			long end = System.nanoTime() + length.toNanos();
			while (System.nanoTime() - end < 0) {
				for (Ear ear : ears) {
					ear.listen();
					written += ear.write(kind);
				}
				Arena.sleep(this.pause);
			}
			for (Ear ear : ears) {
				ear.producer.flush();
			}
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException("No noise can be made", ex);
		}
		finally {
			ears.forEach(Ear::close);
		}
		return written;
	}

	/** What is written. */
	enum Kind {

		/** Exact copies of what nodes write. */
		COPIES,

		/** Valid records of sessions without a node. */
		STRANGERS,

		/** Numbers of live sessions that are far ahead. */
		GAPS,

		/** Many opened sessions. */
		OPENINGS,

		/** Copies with a flipped bit, which the checksum reveals. */
		FLIPPED,

		/**
		 * Copies with a flipped bit and a matching checksum. Such a record may take locks
		 * from live sessions, and is harmless only if records are signed.
		 */
		FITTED,

		/** Valid records in the names of live sessions, which take no lock at once. */
		FORGED,

		/** Messages that are not records. */
		ODD,

		/**
		 * Valid records that take locks from live sessions at once. Harmless only if
		 * records are signed.
		 */
		TAKING

	}

	/** One topic: what was read there, and what is written. */
	private final class Ear {

		private final Reader<byte[]> reader;

		private final Producer<byte[]> producer;

		/** The latest records of nodes. */
		private final List<byte[]> heard = new ArrayList<>();

		private final List<JournalRecord> records = new ArrayList<>();

		private long strangers;

		private int openings;

		Ear(String topic) throws PulsarClientException {
			this.producer = Noise.this.client.newProducer(Schema.BYTES)
				.topic(topic)
				.enableBatching(false)
				.blockIfQueueFull(true)
				.create();
			this.reader = Noise.this.client.newReader(Schema.BYTES)
				.topic(topic)
				.startMessageId(MessageId.latest)
				.create();
		}

		void listen() throws PulsarClientException {
			Message<byte[]> message = this.reader.readNext(0, TimeUnit.MILLISECONDS);
			for (int i = 0; message != null && i < 100; i++) {
				if (message.getProducerName().equals(this.producer.getProducerName())
						|| message.getData().length == 0) {
					message = this.reader.readNext(0, TimeUnit.MILLISECONDS);
					continue;
				}
				try {
					this.records.add(RecordCodec.decode(message.getData()));
					this.heard.add(message.getData());
				}
				catch (UnreadableRecordException ex) {
					// Noise of another client.
				}
				message = this.reader.readNext(0, TimeUnit.MILLISECONDS);
			}
			int more = this.heard.size() - 200;
			if (more > 0) {
				this.heard.subList(0, more).clear();
				this.records.subList(0, more).clear();
			}
		}

		int write(Kind kind) {
			if (this.heard.isEmpty() && kind != Kind.STRANGERS && kind != Kind.OPENINGS && kind != Kind.ODD) {
				return 0;
			}
			return switch (kind) {
				case COPIES -> send(any());
				case STRANGERS -> send(RecordCodec.encode(stranger()));
				case GAPS -> chance(0.02) ? send(RecordCodec.encode(ahead())) : 0;
				case OPENINGS -> openings();
				case FLIPPED -> send(flipped(false));
				case FITTED -> send(flipped(true));
				case FORGED -> chance(0.2) ? send(RecordCodec.encode(forged())) : 0;
				case ODD -> chance(0.2) ? send(odd()) : 0;
				case TAKING -> send(RecordCodec.encode(taking()));
			};
		}

		private int send(byte[] content) {
			this.producer.sendAsync(content);
			return 1;
		}

		private byte[] any() {
			return this.heard.get(Noise.this.random.nextInt(this.heard.size()));
		}

		private JournalRecord victim() {
			return this.records.get(Noise.this.random.nextInt(this.records.size()));
		}

		private boolean chance(double probability) {
			return Noise.this.random.nextDouble() < probability;
		}

		private JournalRecord stranger() {
			UUID session = new UUID(7, this.strangers / 20);
			long sequence = this.strangers++ % 20;
			return switch ((int) sequence) {
				case 0, 5, 10, 15 -> heartbeat(session, sequence, sequence == 0, 4000);
				case 1, 6, 11, 16 -> new Request(session, sequence, "l:strange-" + sequence);
				case 2, 7 -> new Release(session, sequence, "l:strange-" + (sequence - 1), sequence - 1);
				case 19 -> new Bye(session, sequence, sequence);
				default -> new Idle(session, sequence, "l:strange-11", 11, sequence % 2 == 0);
			};
		}

		private int openings() {
			int count = 0;
			for (; count < 10 && this.openings < OPENINGS; count++) {
				send(RecordCodec.encode(heartbeat(new UUID(8, this.openings++), 0, true, Noise.this.lease.toMillis())));
			}
			return count;
		}

		private Heartbeat heartbeat(UUID session, long sequence, boolean opening, long lease) {
			return new Heartbeat(session, sequence, opening, new SessionInfo("noise", lease, 2000, this.shards()),
					Position.NONE, Position.NONE, Position.NONE, List.of());
		}

		private int shards() {
			return Noise.this.topics.size();
		}

		private Heartbeat ahead() {
			JournalRecord victim = victim();
			return heartbeat(victim.session(), victim.sequence() + 1000, false, 4000);
		}

		private byte[] flipped(boolean fitted) {
			byte[] bytes = any().clone();
			int bit = Noise.this.random.nextInt(bytes.length * 8);
			bytes[bit / 8] ^= (byte) (1 << bit % 8);
			if (fitted) {
				CRC32C checksum = new CRC32C();
				checksum.update(bytes, 0, bytes.length - 4);
				ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
			}
			return bytes;
		}

		private JournalRecord forged() {
			JournalRecord victim = victim();
			UUID session = victim.session();
			long sequence = victim.sequence() + Noise.this.random.nextInt(5);
			return switch (Noise.this.random.nextInt(4)) {
				case 0 -> heartbeat(session, sequence, false, 3_600_000);
				case 1 -> new Request(session, sequence, "l:strange");
				case 2 -> new Idle(session, sequence, "l:strange", sequence, true);
				default -> new Expel(session, sequence, victim().session(), 0, 0);
			};
		}

		private JournalRecord taking() {
			JournalRecord victim = victim();
			long sequence = victim.sequence() + 1 + Noise.this.random.nextInt(3);
			return switch (Noise.this.random.nextInt(3)) {
				case 0 -> new Bye(victim.session(), sequence, sequence);
				case 1 -> new Bye(victim.session(), Long.MAX_VALUE, 0);
				default ->
					new Heartbeat(victim.session(), sequence, false, new SessionInfo("noise", 4000, 2000, shards()),
							Position.NONE, Position.NONE, new Position(1, 0), List.of());
			};
		}

		private byte[] odd() {
			byte[] bytes = new byte[40];
			Noise.this.random.nextBytes(bytes);
			return switch (Noise.this.random.nextInt(4)) {
				case 0 -> new byte[0];
				case 1 -> Arrays.copyOf(RecordCodec.encode(stranger()), 15);
				case 2 -> new byte[] { 2 };
				default -> bytes;
			};
		}

		void close() {
			try {
				this.producer.close();
				this.reader.close();
			}
			catch (IOException ex) {
				// Nothing depends on it by now.
			}
		}

	}

}
