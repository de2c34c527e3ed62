package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.pulsarlock.LockLoss;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be told of the loss of one holding, each once. What it has is guarded by
 * itself, so that its owner can add and end in one step with what it decides. Any thread.
 */
final class LossListeners {

	private static final SafeLog logger = SafeLog.of(LossListeners.class);

	private final String lock;

	private final Executor callbacks;

	private final List<LossListener> listeners = new ArrayList<>();

	private boolean ended;

	LossListeners(String lock, Executor callbacks) {
		this.lock = lock;
		this.callbacks = callbacks;
	}

	/** A listener that is told by itself only. */
	LossListener of(Consumer<LockLoss> callback) {
		return new LossListener(callback);
	}

	synchronized void add(LossListener listener) {
		this.listeners.add(listener);
	}

	/** No listener is told any more. */
	synchronized void clear() {
		this.listeners.clear();
	}

	/** Whether the end of the holding is still to be told, in general; true once. */
	synchronized boolean end() {
		boolean first = !this.ended;
		this.ended = true;
		return first;
	}

	/**
	 * Tells all that are there.
	 * @return completes when all have been told
	 */
	CompletableFuture<?> tell(LockLoss loss) {
		List<LossListener> told;
		synchronized (this) {
			told = List.copyOf(this.listeners);
		}
		return CompletableFuture
			.allOf(told.stream().map((listener) -> listener.tell(loss)).toArray(CompletableFuture[]::new));
	}

	/** A callback until it is removed. */
	final class LossListener implements Registration {

		private volatile @Nullable Consumer<LockLoss> callback;

		private LossListener(Consumer<LockLoss> callback) {
			this.callback = callback;
		}

		/**
		 * Tells it, by a callback thread.
		 * @return completes when it has been told
		 */
		CompletableFuture<Void> tell(LockLoss loss) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			LossListeners.this.callbacks.execute(() -> {
				try {
					accept(loss);
				}
				catch (Throwable ex) {
					logger.error("A listener for the loss of lock '" + PrintedNames.lock(LossListeners.this.lock)
							+ "' failed", ex);
				}
				finally {
					done.complete(null);
				}
			});
			return done;
		}

		/** Once, however often the loss is announced. */
		private void accept(LockLoss loss) {
			Consumer<LockLoss> callback;
			synchronized (this) {
				callback = this.callback;
				this.callback = null;
			}
			if (callback != null) {
				callback.accept(loss);
			}
		}

		@Override
		public void close() {
			this.callback = null;
			synchronized (LossListeners.this) {
				// The latest come first to their end, because calls are nested.
				int index = LossListeners.this.listeners.lastIndexOf(this);
				if (index >= 0) {
					LossListeners.this.listeners.remove(index);
				}
			}
		}

	}

}
