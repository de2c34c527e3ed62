package io.pulsarlock.pulsar;

import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.line.UnreadableRecordException;
import io.pulsarlock.session.Journal;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.PulsarClientException.AlreadyClosedException;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.jspecify.annotations.Nullable;

/**
 * A shard's journal on its topic. Every record is a message and an entry of its own, so
 * that positions can be counted.
 */
final class PulsarJournal implements Journal {

	private static final Log logger = LogFactory.getLog(PulsarJournal.class);

	/** Long enough for what is on its way, short enough for a shutdown. */
	private static final long FLUSH_MILLIS = 2000;

	/** So many are taken before more is asked for. */
	private static final int BATCH = 64;

	private final Producer<byte[]> producer;

	private final Consumer<byte[]> reader;

	private final DemandReader demand;

	private final Consumer<byte[]> keeper;

	private final RangeReader rangeReader;

	private final JournalBegin begin;

	private final Failures failures;

	private final String topic;

	private final @Nullable RecordSigner signer;

	private final boolean encrypted;

	private final Diversion diversion;

	private volatile @Nullable Listener listener;

	/** Whose records it writes. */
	private volatile @Nullable UUID session;

	private volatile boolean closed;

	private volatile boolean misled;

	private long connection = 1;

	private boolean connected = true;

	private long disconnections;

	PulsarJournal(Producer<byte[]> producer, Consumer<byte[]> reader, DemandReader demand, Consumer<byte[]> keeper,
			RangeReader rangeReader, JournalBegin begin, Failures failures, String topic, @Nullable RecordSigner signer,
			boolean encrypted, Diversion diversion) {
		this.producer = producer;
		this.reader = reader;
		this.demand = demand;
		this.keeper = keeper;
		this.rangeReader = rangeReader;
		this.begin = begin;
		this.failures = failures;
		this.topic = topic;
		this.signer = signer;
		this.encrypted = encrypted;
		this.diversion = diversion;
		this.disconnections = disconnections();
	}

	@Override
	public Position start(Listener listener) {
		this.listener = listener;
		this.demand.start();
		readOn(listener);
		return this.begin.after();
	}

	@Override
	public CompletionStage<?> readAgain(Position after, Position before) {
		Listener listener = Objects.requireNonNull(this.listener, "Reading has not begun");
		return this.rangeReader.read(after, before, (message) -> {
			if (!this.closed && !this.misled) {
				deliver(position(message.getMessageId()), message, listener);
			}
		});
	}

	/**
	 * Reads until nothing is there, then goes on when something comes. A record that is
	 * there already, or comes at this very moment, is taken in the loop and not by one
	 * call within the other.
	 */
	private void readOn(Listener listener) {
		AtomicBoolean turned;
		do {
			AtomicBoolean once = new AtomicBoolean();
			turned = once;
			this.reader.receiveAsync().whenComplete((message, ex) -> {
				if (this.closed) {
					return;
				}
				if (ex == null) {
					if (take(message, listener) && !once.compareAndSet(false, true)) {
						readOn(listener);
					}
				}
				else if (!(Failures.unwrap(ex) instanceof AlreadyClosedException)) {
					logger.warn("Reading the journal '" + this.topic + "' failed; trying again", ex);
					ClientTimer.pause(100).thenRun(() -> readOn(listener));
				}
			});
		}
		while (!turned.compareAndSet(false, true));
	}

	/**
	 * Takes a message and all that are there behind it, which costs less than a future
	 * for each.
	 * @return whether to read on
	 */
	private boolean take(Message<byte[]> first, Listener listener) {
		Message<byte[]> next = first;
		for (int count = 1; next != null && !this.closed; count++) {
			Position position = position(next.getMessageId());
			if (!this.begin.allows(position)) {
				misled(position);
				return false;
			}
			this.demand.came(position, next, deliver(position, next, listener));
			if (count % BATCH == 0) {
				// More is to come before all that was asked for has been taken.
				this.demand.look();
			}
			next = poll();
		}
		this.demand.look();
		return true;
	}

	private @Nullable Message<byte[]> poll() {
		try {
			return this.reader.receive(0, TimeUnit.MILLISECONDS);
		}
		catch (PulsarClientException ex) {
			// It is closed, which the next reading tells.
			return null;
		}
	}

	/** Nothing more is told or written, so that the session ends and opens anew. */
	private void misled(Position first) {
		this.misled = true;
		this.demand.close();
		logger.warn("The journal '" + this.topic + "' begins at " + first + " and was found to begin with ledger "
				+ this.begin.after().ledgerId()
				+ ": its Pulsar client has been led to another Pulsar cluster meanwhile. It is opened again");
	}

	/**
	 * Nothing that a message may be ends the reading: what is no record is told as such.
	 * @return whether it is a record of this journal's session
	 */
	private boolean deliver(Position position, Message<byte[]> message, Listener listener) {
		try {
			JournalRecord record = MessageContent.read(message, this.signer);
			listener.received(position, record);
			return record.session().equals(this.session);
		}
		catch (UnreadableRecordException ex) {
			logger.debug("The message at " + position + " of the journal '" + this.topic + "' is " + ex.getMessage());
			listener.skipped(position, ex.skipCause());
		}
		catch (RuntimeException | Error ex) {
			// What was not told shows as a hole at the next record.
			logger.error("The journal '" + this.topic + "' could not be read at " + position, ex);
		}
		return false;
	}

	static Position position(MessageId id) {
		MessageIdAdv place = (MessageIdAdv) id;
		return new Position(place.getLedgerId(), place.getEntryId());
	}

	static MessageId id(Position position) {
		return new MessageIdImpl(position.ledgerId(), position.entryId(), -1);
	}

	@Override
	public CompletionStage<Position> publish(JournalRecord record) {
		if (this.closed) {
			return CompletableFuture
				.failedFuture(new LockUnavailableException("The journal '" + this.topic + "' is closed"));
		}
		if (this.misled) {
			return CompletableFuture
				.failedFuture(new LockUnavailableException("The journal '" + this.topic + "' is opened again"));
		}
		LockException diverted = this.diversion.refusal();
		if (diverted != null) {
			return CompletableFuture.failedFuture(diverted);
		}
		this.session = record.session();
		this.demand.writes(record);
		TypedMessageBuilder<byte[]> message = this.producer.newMessage().value(RecordCodec.encode(record, this.signer));
		return (this.encrypted ? MessageContent.encrypted(message, record, this.signer) : message).sendAsync()
			.thenApply((id) -> written(id, record))
			.exceptionallyCompose((ex) -> CompletableFuture.failedFuture(this.failures.translate(ex, this.topic)));
	}

	private Position written(MessageId id, JournalRecord record) {
		Position position = position(id);
		this.diversion.written(position);
		this.demand.written(position, record);
		return position;
	}

	@Override
	public long connection() {
		this.demand.look();
		boolean now = this.producer.isConnected() && this.reader.isConnected();
		long disconnections = disconnections();
		if (now && (!this.connected || disconnections != this.disconnections)) {
			this.connection++;
		}
		this.connected = now;
		this.disconnections = disconnections;
		return now ? this.connection : 0;
	}

	/**
	 * Changes whenever reader or writer have lost their connection since, even if they
	 * are back. Wall-clock stamps of the client, used only to tell two of them apart.
	 */
	private long disconnections() {
		return 31 * this.producer.getLastDisconnectedTimestamp() + this.reader.getLastDisconnectedTimestamp();
	}

	@Override
	public void trim(Position upTo) {
		if (!this.closed && this.keeper.isConnected()) {
			this.keeper.acknowledgeCumulativeAsync(id(upTo)).exceptionally((ex) -> {
				logger.debug("The journal '" + this.topic + "' keeps more entries than it needs", ex);
				return null;
			});
		}
	}

	@Override
	public CompletionStage<?> close() {
		if (this.closed) {
			return CompletableFuture.completedFuture(null);
		}
		this.closed = true;
		this.demand.close();
		return ClientTimer.limit(this.producer.flushAsync(), FLUSH_MILLIS)
			.handle((none, ex) -> CompletableFuture.allOf(
					Closing.gently(this.keeper::isConnected, this.keeper::closeAsync),
					Closing.gently(this.producer::isConnected, this.producer::closeAsync)))
			.thenCompose((closing) -> closing)
			// Last, so that it is not closed while the last records arrive.
			.thenCompose((none) -> Closing.gently(this.reader::isConnected, this.reader::closeAsync));
	}

}
