package io.pulsarlock.pulsar;

import java.util.concurrent.Future;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.pulsar.ReadDemand.Step;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.impl.ConsumerImpl;
import org.apache.pulsar.client.impl.MessageImpl;
import org.apache.pulsar.client.impl.PulsarClientImpl;
import org.jspecify.annotations.Nullable;

/**
 * Has a consumer sent what {@link ReadDemand} asks for. The consumer stays paused, so
 * that it only counts the permits it would send, and what it has counted is set before it
 * is resumed for a moment.
 * <p>
 * There is no setting for that, and the count is not of the client's API. A consumer that
 * does not have it is resumed for good and reads as any other one does. Any thread.
 */
final class DemandReader {

	/** So the client sends what it has counted, however little. */
	private static final int QUEUE_SIZE = 1;

	private static final int ORDINARY_QUEUE_SIZE = 1000;

	private static final Log logger = LogFactory.getLog(DemandReader.class);

	private final Consumer<byte[]> consumer;

	private final ReadDemand demand;

	private long disconnected;

	private boolean ordinary;

	private boolean closed;

	private @Nullable Future<?> alarm;

	private long alarmAt;

	/** An alarm that could not be cancelled is not taken for the one after it. */
	private long alarms;

	/**
	 * Creates it.
	 * @param consumer paused, with the {@link #queueSize} of its client
	 * @param after after which position it reads
	 * @param last the last position, as far as is known
	 */
	DemandReader(Consumer<byte[]> consumer, Position after, Position last) {
		this.consumer = consumer;
		this.demand = new ReadDemand(after, last, System.nanoTime());
		this.ordinary = !(consumer instanceof ConsumerImpl);
		this.disconnected = consumer.getLastDisconnectedTimestamp();
	}

	/** The size of the queue of a consumer that is to be read on demand. */
	static int queueSize(PulsarClient client) {
		return (client instanceof PulsarClientImpl) ? QUEUE_SIZE : ORDINARY_QUEUE_SIZE;
	}

	/** Begins to read. */
	void start() {
		if (this.ordinary) {
			this.consumer.resume();
		}
		advance((now) -> {
		});
	}

	/**
	 * The consumer has received a message. What follows of that is for {@link #look},
	 * when all are taken that have come.
	 * @param position where it is
	 * @param own whether this node has written it
	 */
	void came(Position position, Message<byte[]> message, boolean own) {
		int messages = (message instanceof MessageImpl<?> entry)
				? Math.max(entry.getMessageBuilder().getNumMessagesInBatch(), 1) : 1;
		synchronized (this.demand) {
			if (!this.closed && !this.ordinary) {
				long now = System.nanoTime();
				checkConnection(now);
				this.demand.came(position, messages, own, now);
			}
		}
	}

	/** This node writes a record. */
	void writes(JournalRecord record) {
		if (record instanceof Release) {
			advance((now) -> this.demand.releases());
		}
	}

	/** An own record is persistent at that position. */
	void written(Position position, JournalRecord record) {
		boolean awaited = !(record instanceof Release);
		advance((now) -> {
			this.demand.written(position, awaited, now);
			if (record instanceof Request) {
				this.demand.placed(now);
			}
		});
	}

	/** Looks what to do, after something has come and from time to time. */
	void look() {
		advance((now) -> {
		});
	}

	void close() {
		synchronized (this.demand) {
			this.closed = true;
			if (this.alarm != null) {
				this.alarm.cancel(false);
			}
		}
	}

	private void advance(Event event) {
		Step step;
		synchronized (this.demand) {
			if (this.closed || this.ordinary) {
				return;
			}
			long now = System.nanoTime();
			checkConnection(now);
			event.happened(now);
			step = this.demand.next(now);
			wakeUp(now, step.waitNanos());
		}
		if (step.permits() > 0) {
			ask(step.permits());
		}
		if (step.look()) {
			find();
		}
		if (step.reconnect()) {
			reconnect();
		}
	}

	private void checkConnection(long now) {
		long disconnected = this.consumer.getLastDisconnectedTimestamp();
		this.demand.connected(this.consumer.isConnected(), now);
		if (disconnected != this.disconnected) {
			this.disconnected = disconnected;
			this.demand.reconnected();
		}
	}

	/** An alarm that is early costs less than to set one for each entry. */
	private void wakeUp(long now, long wait) {
		Future<?> before = this.alarm;
		if (wait == Step.NEVER || (before != null && now + wait - this.alarmAt >= 0)) {
			return;
		}
		if (before != null) {
			before.cancel(false);
		}
		long number = ++this.alarms;
		this.alarmAt = now + wait;
		this.alarm = ClientTimer.later(wait, () -> advance((time) -> {
			if (number == this.alarms) {
				this.alarm = null;
			}
		}));
	}

	private void ask(int permits) {
		try {
			ConsumerImpl<byte[]> consumer = (ConsumerImpl<byte[]>) this.consumer;
			// As it is when the client counts what was taken from its queue.
			synchronized (consumer) {
				consumer.increaseAvailablePermits(permits - consumer.getAvailablePermits());
				consumer.resume();
				consumer.pause();
			}
		}
		catch (LinkageError ex) {
			logger.debug("The journal '" + this.consumer.getTopic() + "' is not read on demand", ex);
			synchronized (this.demand) {
				this.ordinary = true;
			}
			this.consumer.resume();
		}
	}

	private void find() {
		this.consumer.getLastMessageIdsAsync().whenComplete((ids, ex) -> advance((now) -> {
			if (ex == null) {
				this.demand.found(PulsarJournal.position(ids.get(0)), now);
			}
			else {
				this.demand.notFound(now);
			}
		}));
	}

	/** The broker sends what is behind that position anew. */
	private void reconnect() {
		Position sent;
		synchronized (this.demand) {
			sent = this.demand.sent();
		}
		logger.debug("The journal '" + this.consumer.getTopic() + "' is read again after " + sent);
		this.consumer.seekAsync((sent.entryId() < 0) ? MessageId.earliest : PulsarJournal.id(sent))
			.exceptionally((ex) -> {
				logger.debug("The journal '" + this.consumer.getTopic() + "' cannot be read again after " + sent, ex);
				return null;
			});
	}

	/** Something that has happened. */
	private interface Event {

		void happened(long now);

	}

}
