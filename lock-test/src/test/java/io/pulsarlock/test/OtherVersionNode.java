package io.pulsarlock.test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;

/**
 * Simulates a node of another release: it opens a session and keeps it alive, with
 * records of its own version.
 */
final class OtherVersionNode {

	private final UUID session = UUID.randomUUID();

	private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

	private final Producer<byte[]> producer;

	private final int version;

	private final Duration lease;

	private long sequence;

	OtherVersionNode(PulsarClient client, String topic, int version, Duration lease) throws PulsarClientException {
		this.producer = client.newProducer(Schema.BYTES).topic(topic).enableBatching(false).create();
		this.version = version;
		this.lease = lease;
		this.thread.scheduleAtFixedRate(this::heartbeat, 0, lease.toMillis() / 3, TimeUnit.MILLISECONDS);
	}

	private void heartbeat() {
		SessionInfo info = new SessionInfo("other", this.lease.toMillis(), this.lease.toMillis() / 2, 1);
		write(new Heartbeat(this.session, this.sequence, this.sequence == 0, info, Position.NONE, Position.NONE,
				Position.NONE, List.of()));
	}

	private void write(JournalRecord record) {
		this.sequence++;
		try {
			this.producer.send((this.version == 1) ? first(record) : newer(record));
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The same record with another version, and something more. */
	private byte[] newer(JournalRecord record) {
		byte[] bytes = RecordCodec.encode(record);
		ByteBuffer newer = ByteBuffer.allocate(bytes.length + 3);
		newer.put(bytes, 0, bytes.length - 4).put(new byte[3]).put(0, (byte) this.version);
		CRC32C checksum = new CRC32C();
		checksum.update(newer.array(), 0, newer.position());
		return newer.putInt((int) checksum.getValue()).array();
	}

	/** By the codec of the release before the magic and the checksum. */
	private byte[] first(JournalRecord record) {
		ByteBuffer first = ByteBuffer.allocate(200);
		boolean heartbeat = record instanceof Heartbeat;
		first.put((byte) 1).put((byte) (heartbeat ? 1 : 6));
		first.putLong(this.session.getMostSignificantBits()).putLong(this.session.getLeastSignificantBits());
		first.put((byte) record.sequence());
		if (record instanceof Heartbeat opening) {
			byte[] node = opening.info().node().getBytes(StandardCharsets.UTF_8);
			first.put((byte) (opening.opening() ? 1 : 0)).put((byte) node.length).put(node);
			first.put(number(opening.info().leaseMillis())).put(number(opening.info().graceMillis())).put((byte) 1);
			first.put(new byte[7]);
		}
		else {
			first.put((byte) record.sequence());
		}
		byte[] bytes = new byte[first.position()];
		first.flip().get(bytes);
		return bytes;
	}

	private static byte[] number(long value) {
		return new byte[] { (byte) (value | 0x80), (byte) (value >> 7) };
	}

	/** Ends with a goodbye. */
	void stop() throws Exception {
		this.thread.submit(() -> write(new Bye(this.session, this.sequence, this.sequence))).get();
		kill();
	}

	/** Stops writing. */
	void kill() throws PulsarClientException {
		this.thread.shutdownNow();
		this.producer.close();
	}

}
