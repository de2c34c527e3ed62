package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import io.pulsarlock.line.UnreadableRecordException;
import io.pulsarlock.pulsar.TopicSettings;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An outside observer with a plain Pulsar client, which reads the journals to determine
 * the current role of each node, and can write what a node that is far behind would
 * write.
 */
final class Observer implements AutoCloseable {

	private final PulsarClient client;

	private final TopicSettings topics;

	Observer(String serviceUrl, String cluster) {
		try {
			this.client = PulsarClient.builder()
				.serviceUrl(serviceUrl)
				.operationTimeout(15, TimeUnit.SECONDS)
				.ioThreads(1)
				.listenerThreads(1)
				.build();
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException("No Pulsar client at " + serviceUrl, ex);
		}
		this.topics = TopicSettings.of(cluster);
	}

	List<String> topics() {
		List<String> topics = new ArrayList<>();
		for (int shard = 0; shard < Settings.SHARDS; shard++) {
			topics.add(this.topics.topic(shard));
		}
		return topics;
	}

	/**
	 * The current roles of the nodes.
	 * @return by place: the locks' lines, front first, with the names of the nodes
	 * @throws IOException if Pulsar does not answer
	 */
	Seen look() throws IOException {
		Map<String, List<String>> lines = new HashMap<>();
		Set<String> keepers = new HashSet<>();
		for (String topic : topics()) {
			LineTable table = new LineTable();
			read(topic, table, new HashMap<>());
			table.sessions()
				.stream()
				.min(Comparator.comparing(SessionState::opened))
				.ifPresent((oldest) -> keepers.add(node(oldest)));
			for (String lock : table.locks()) {
				lines.put(lock,
						table.line(lock).stream().map((ticket) -> node(table.session(ticket.session()))).toList());
			}
		}
		return new Seen(lines, keepers);
	}

	/**
	 * Writes an expulsion of every session, as a node would that has not read that
	 * session's latest record.
	 * @throws IOException if Pulsar does not answer
	 */
	void writeStale() throws IOException {
		UUID nobody = UUID.randomUUID();
		for (String topic : topics()) {
			LineTable table = new LineTable();
			Map<UUID, Long> before = new HashMap<>();
			read(topic, table, before);
			List<JournalRecord> records = new ArrayList<>();
			long ledger = table.applied().ledgerId();
			before.forEach((session, old) -> {
				if (table.session(session) != null) {
					records.add(new Expel(nobody, 0, session, old, ledger));
				}
			});
			try (Producer<byte[]> producer = this.client.newProducer(Schema.BYTES)
				.topic(topic)
				.enableBatching(false)
				.create()) {
				for (JournalRecord record : records) {
					producer.send(RecordCodec.encode(record));
				}
			}
		}
	}

	/**
	 * Reads everything; also returns the number before the latest one of each session.
	 */
	private void read(String topic, LineTable table, Map<UUID, Long> before) throws IOException {
		try (Reader<byte[]> reader = this.client.newReader(Schema.BYTES)
			.topic(topic)
			.startMessageId(MessageId.earliest)
			.create()) {
			while (reader.hasMessageAvailable()) {
				Message<byte[]> message = reader.readNext(15, TimeUnit.SECONDS);
				if (message == null) {
					throw new IOException("The journal " + topic + " cannot be read to its end");
				}
				MessageIdAdv id = (MessageIdAdv) message.getMessageId();
				Position position = new Position(id.getLedgerId(), id.getEntryId());
				if (position.isAfter(table.applied())) {
					read(position, message.getValue(), table, before);
				}
			}
		}
	}

	private static void read(Position position, byte @Nullable [] content, LineTable table, Map<UUID, Long> before) {
		JournalRecord record;
		try {
			record = RecordCodec.decode(content);
		}
		catch (UnreadableRecordException ex) {
			table.skip(position);
			return;
		}
		SessionState session = table.session(record.session());
		Long latest = (session != null) ? session.sequence() : null;
		if (table.apply(position, record).accepted() && latest != null) {
			before.put(record.session(), latest);
		}
	}

	private static String node(@Nullable SessionState session) {
		SessionInfo info = (session != null) ? session.info() : null;
		return (info != null) ? info.node() : "?";
	}

	@Override
	public void close() {
		try {
			this.client.close();
		}
		catch (PulsarClientException ex) {
			// Nothing depends on it by now.
		}
	}

	/**
	 * What was observed.
	 *
	 * @param lines the nodes in line for each lock's key, the front first
	 * @param keepers the nodes whose session is the oldest of a shard
	 */
	record Seen(Map<String, List<String>> lines, Set<String> keepers) {

		/** The roles of a node. */
		Set<Role> roles(String node) {
			Set<Role> roles = EnumSet.noneOf(Role.class);
			this.lines.forEach((lock, line) -> {
				boolean group = lock.startsWith("g:");
				for (int i = 0; i < line.size(); i++) {
					if (line.get(i).equals(node)) {
						if (group && i == 0) {
							roles.add(Role.LEADER);
						}
						else if (!group) {
							roles.add((i == 0) ? Role.HOLDER : (i == 1) ? Role.HEIR : Role.WAITER);
						}
					}
				}
			});
			if (this.keepers.contains(node)) {
				roles.add(Role.KEEPER);
			}
			return roles;
		}

		/** The holders of the long-held locks. */
		List<String> longHolders() {
			return this.lines.entrySet()
				.stream()
				.filter((entry) -> entry.getKey().contains(Referee.LONG) && !entry.getValue().isEmpty())
				.map((entry) -> entry.getValue().get(0))
				.toList();
		}

	}

}
