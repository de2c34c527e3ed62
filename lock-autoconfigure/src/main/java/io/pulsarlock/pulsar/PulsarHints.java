package io.pulsarlock.pulsar;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.pulsarlock.line.Hint;
import io.pulsarlock.line.HintCodec;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.session.HintChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.PulsarClient;
import org.jspecify.annotations.Nullable;

/**
 * Hints on a topic of the lock cluster that stores nothing. If it cannot be used, there
 * are none, and another attempt is made from time to time. Everything is tried when a
 * session asks for the address, which it does at each heartbeat, so no thread and no
 * timer is needed. Any thread.
 */
final class PulsarHints implements HintChannel {

	private static final Log logger = LogFactory.getLog(PulsarHints.class);

	private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(10);

	private static final long LAST_PAUSE = TimeUnit.HOURS.toNanos(1);

	private final CompletableFuture<PulsarClient> client;

	private final TopicSettings topics;

	private final String node;

	private final @Nullable RecordSigner signer;

	private final BooleanSupplier due;

	private final Map<Integer, Consumer<Hint>> listeners = new ConcurrentHashMap<>();

	private volatile @Nullable HintLink link;

	/** Guarded by this object, like what follows. */
	private boolean opening;

	private long nextAttempt = System.nanoTime();

	private long pause = FIRST_PAUSE;

	private boolean refused;

	/**
	 * Creates it.
	 * @param due whether the topic may be opened: not before those of all shards, which
	 * matter
	 */
	PulsarHints(CompletableFuture<PulsarClient> client, TopicSettings topics, String node,
			@Nullable RecordSigner signer, BooleanSupplier due) {
		this.client = client;
		this.topics = topics;
		this.node = node;
		this.signer = signer;
		this.due = due;
	}

	@Override
	public void listen(int shard, Consumer<Hint> listener) {
		this.listeners.put(shard, listener);
	}

	@Override
	public long address() {
		HintLink link = this.link;
		if (link == null) {
			open();
			return 0;
		}
		if (link.isHearing()) {
			return link.address();
		}
		if (link.isDeaf()) {
			this.link = null;
			link.close();
		}
		return 0;
	}

	@Override
	public void send(long address, Hint hint) {
		HintLink link = this.link;
		if (link != null) {
			link.send(address, HintCodec.encode(hint, this.signer));
		}
	}

	private void open() {
		synchronized (this) {
			if (this.opening || System.nanoTime() - this.nextAttempt < 0 || !this.due.getAsBoolean()) {
				return;
			}
			this.opening = true;
		}
		this.client
			.thenCompose((client) -> HintLink.open(client, this.topics.hintTopic(), this.topics.subscriptionPrefix(),
					this.node, this::received))
			.whenComplete(this::opened);
	}

	private void opened(@Nullable HintLink link, @Nullable Throwable failure) {
		note(link, failure);
		if (link != null) {
			// Asks for its echo.
			link.isHearing();
		}
	}

	private synchronized void note(@Nullable HintLink link, @Nullable Throwable failure) {
		this.opening = false;
		this.nextAttempt = System.nanoTime() + this.pause;
		this.pause = Math.min(2 * this.pause, LAST_PAUSE);
		if (link != null) {
			this.pause = FIRST_PAUSE;
			this.refused = false;
			this.link = link;
		}
		else if (failure != null && !this.refused) {
			this.refused = true;
			logger.info("The topic '" + this.topics.hintTopic()
					+ "' cannot be used: locks move between nodes by the journal alone, some milliseconds later. "
					+ Failures.unwrap(failure).getMessage());
		}
	}

	private void received(byte[] content) {
		Hint hint = HintCodec.decode(content, this.signer);
		Consumer<Hint> listener = (hint != null) ? this.listeners.get(hint.shard()) : null;
		if (listener != null) {
			listener.accept(hint);
		}
	}

}
