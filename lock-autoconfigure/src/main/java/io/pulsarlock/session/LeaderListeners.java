package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of one leader group. What it has is guarded by itself; its group locks it
 * too while it changes, so that each listener hears of every change once, in order. Any
 * thread.
 */
final class LeaderListeners {

	private final Executor pool;

	private final List<Listening> listeners = new ArrayList<>();

	LeaderListeners(Executor pool) {
		this.pool = pool;
	}

	synchronized Listening add(LeaderListener listener) {
		Listening listening = new Listening(listener);
		this.listeners.add(listening);
		return listening;
	}

	/**
	 * Tells all listeners.
	 * @return completes when all have been told
	 */
	synchronized CompletableFuture<?> tell(LeaderEvent event) {
		return CompletableFuture
			.allOf(this.listeners.stream().map((listening) -> listening.tell(event)).toArray(CompletableFuture[]::new));
	}

	/** A listener with its own queue, so that a slow one delays only itself. */
	final class Listening implements Registration {

		private final Serial serial = new Serial(LeaderListeners.this.pool);

		private volatile @Nullable LeaderListener listener;

		private Listening(LeaderListener listener) {
			this.listener = listener;
		}

		/**
		 * Tells this listener.
		 * @return completes when it has been told
		 */
		CompletableFuture<Void> tell(LeaderEvent event) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			this.serial.execute(() -> {
				try {
					LeaderListener listener = this.listener;
					if (listener != null) {
						listener.onEvent(event);
					}
				}
				finally {
					done.complete(null);
				}
			});
			return done;
		}

		@Override
		public void close() {
			this.listener = null;
			synchronized (LeaderListeners.this) {
				LeaderListeners.this.listeners.remove(this);
			}
		}

	}

}
