package io.pulsarlock.pulsar;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.pulsarlock.LockException;
import io.pulsarlock.line.Position;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the client writes to another Pulsar cluster than it reads. The brokers of
 * a migrated cluster send a producer on at once, and a consumer when it has acknowledged
 * everything, which those of a journal never do. No own record is read then, so nothing
 * is granted; but nothing would say why either.
 * <p>
 * In one topic, what is written stands behind everything that was there before, and
 * nothing that is there afterwards ends before it.
 */
final class Diversion {

	private static final Log logger = LogFactory.getLog(Diversion.class);

	private final Consumer<byte[]> consumer;

	private final Position before;

	private final Supplier<? extends LockException> refusal;

	private final AtomicBoolean looked = new AtomicBoolean();

	private volatile boolean found;

	/**
	 * Creates it.
	 * @param consumer any consumer of the topic
	 * @param before the last position of the topic, before anything is written
	 * @param refusal says so
	 */
	Diversion(Consumer<byte[]> consumer, Position before, Supplier<? extends LockException> refusal) {
		this.consumer = consumer;
		this.before = before;
		this.refusal = refusal;
	}

	/** Why nothing more is to be written, or null. */
	@Nullable LockException refusal() {
		return this.found ? this.refusal.get() : null;
	}

	/**
	 * A record is persistent. One is enough: a writer that is sent on later is missed by
	 * its own session, and the next journal looks again.
	 */
	void written(Position position) {
		if (!this.looked.compareAndSet(false, true)) {
			return;
		}
		if (!position.isAfter(this.before)) {
			this.found = true;
			return;
		}
		this.consumer.getLastMessageIdsAsync().whenComplete((ids, ex) -> {
			if (ex != null) {
				logger.debug("The end of topic '" + this.consumer.getTopic() + "' cannot be asked for", ex);
			}
			else {
				// A topic without records may have been emptied at this very moment.
				Position last = PulsarJournal.position(ids.get(0));
				this.found = last.entryId() >= 0 && position.isAfter(last);
			}
		});
	}

}
