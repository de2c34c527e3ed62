package io.pulsarlock.pulsar;

import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockException;
import io.pulsarlock.session.Door;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerEventListener;
import org.jspecify.annotations.Nullable;

/**
 * One consumer at one door.
 * <p>
 * The client connects it again by itself, for ever and without a word; so being connected
 * is never taken for having stayed inside: every reconnection counts as a new admission.
 */
final class PulsarEntry implements Door.Entry, ConsumerEventListener {

	private final Runnable changed;

	private volatile Door.State state = Door.State.PENDING;

	private volatile @Nullable LockException failure;

	private @Nullable Consumer<byte[]> consumer;

	private boolean left;

	/** Whether the broker has said that it is this consumer's turn. */
	private boolean turn;

	private long turns;

	private long admission;

	private boolean inside;

	private long disconnected;

	PulsarEntry(Runnable changed, boolean turn) {
		this.changed = changed;
		this.turn = turn;
	}

	void attach(CompletableFuture<Consumer<byte[]>> attempt, Failures failures, String topic) {
		attempt.whenComplete((consumer, ex) -> {
			if (consumer != null) {
				attached(consumer);
			}
			else if (Failures.isOccupied(ex)) {
				this.state = Door.State.REFUSED;
			}
			else {
				this.failure = failures.translate(ex, topic);
				this.state = Door.State.FAILED;
			}
			this.changed.run();
		});
	}

	private synchronized void attached(Consumer<byte[]> consumer) {
		this.consumer = consumer;
		this.disconnected = consumer.getLastDisconnectedTimestamp();
		if (this.left) {
			close(consumer);
		}
		else if (this.turn) {
			this.state = Door.State.ADMITTED;
		}
	}

	@Override
	public void becameActive(Consumer<?> consumer, int partition) {
		synchronized (this) {
			this.turn = true;
			this.turns++;
			if (this.consumer != null) {
				this.state = Door.State.ADMITTED;
			}
		}
		this.changed.run();
	}

	@Override
	public void becameInactive(Consumer<?> consumer, int partition) {
		synchronized (this) {
			this.turn = false;
		}
		this.changed.run();
	}

	@Override
	public Door.State state() {
		return this.state;
	}

	@Override
	public synchronized long admission() {
		Consumer<byte[]> consumer = this.consumer;
		if (consumer == null || this.left) {
			return 0;
		}
		boolean now = this.turn && consumer.isConnected();
		long disconnected = 31 * consumer.getLastDisconnectedTimestamp() + this.turns;
		if (now && (!this.inside || disconnected != this.disconnected)) {
			this.admission++;
		}
		this.inside = now;
		this.disconnected = disconnected;
		return now ? this.admission : 0;
	}

	@Override
	public @Nullable LockException failure() {
		return this.failure;
	}

	@Override
	public synchronized void leave() {
		if (!this.left) {
			this.left = true;
			if (this.consumer != null) {
				close(this.consumer);
			}
		}
	}

	private static void close(Consumer<byte[]> consumer) {
		Closing.gently(consumer::isConnected, consumer::closeAsync);
	}

}
