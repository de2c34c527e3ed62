package io.pulsarlock.test;

import java.io.IOException;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import io.pulsarlock.line.UnreadableRecordException;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A plain Pulsar client that reads the journal and writes an expulsion into it: the same
 * record that other nodes write, but without a wait. The journal decides whether it
 * counts, so it is repeated until the compare-and-set succeeds.
 */
final class JournalIntruder {

	private final UUID nobody = UUID.randomUUID();

	private final PulsarClient client;

	private final List<String> topics;

	JournalIntruder(PulsarClient client, List<String> topics) {
		this.client = client;
		this.topics = topics;
	}

	void expel(String node, String key) {
		try {
			for (String topic : this.topics) {
				if (expel(this.client, topic, node, key)) {
					return;
				}
			}
		}
		catch (IOException | UnreadableRecordException ex) {
			throw new IllegalStateException("The expulsion cannot be written", ex);
		}
		throw new IllegalStateException("Node '" + node + "' is not in front of " + key);
	}

	private boolean expel(PulsarClient client, String topic, String node, String key)
			throws IOException, UnreadableRecordException {
		try (Reader<byte[]> reader = client.newReader(Schema.BYTES)
			.topic(topic)
			.startMessageId(MessageId.earliest)
			.create();
				Producer<byte[]> producer = client.newProducer(Schema.BYTES)
					.topic(topic)
					.enableBatching(false)
					.create()) {
			LineTable table = new LineTable();
			while (reader.hasMessageAvailable()) {
				apply(table, reader.readNext());
			}
			Ticket front = table.front(key);
			while (front != null && node.equals(node(table, front))) {
				SessionState holder = table.session(front.session());
				if (holder == null) {
					return false;
				}
				Position written = position(producer.send(RecordCodec.encode(
						new Expel(this.nobody, 0, front.session(), holder.sequence(), table.applied().ledgerId()))));
				while (written.isAfter(table.applied())) {
					apply(table, reader.readNext());
				}
				if (table.ticket(key, front.position()) == null) {
					return true;
				}
				front = table.front(key);
			}
			return false;
		}
	}

	private static @Nullable String node(LineTable table, Ticket ticket) {
		SessionState session = table.session(ticket.session());
		SessionInfo info = (session != null) ? session.info() : null;
		return (info != null) ? info.node() : null;
	}

	private static void apply(LineTable table, Message<byte[]> message) throws UnreadableRecordException {
		Position position = position(message.getMessageId());
		if (position.isAfter(table.applied())) {
			table.apply(position, RecordCodec.decode(message.getValue()));
		}
	}

	private static Position position(MessageId id) {
		MessageIdAdv place = (MessageIdAdv) id;
		return new Position(place.getLedgerId(), place.getEntryId());
	}

}
