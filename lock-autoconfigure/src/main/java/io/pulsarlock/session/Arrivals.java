package io.pulsarlock.session;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;

/**
 * What is asked of a loop and has not arrived there, so that no caller waits for ever on
 * one that has ended. Any thread.
 */
final class Arrivals {

	private final Loop loop;

	private final Supplier<? extends LockException> refusal;

	private final Set<CompletableFuture<?>> arriving = ConcurrentHashMap.newKeySet();

	private volatile boolean ended;

	/**
	 * Creates it.
	 * @param refusal why nothing is done any more
	 */
	Arrivals(Loop loop, Supplier<? extends LockException> refusal) {
		this.loop = loop;
		this.refusal = refusal;
	}

	/** Takes what is asked to the loop, or refuses it if that has ended. */
	void arrive(CompletableFuture<?> asked, Runnable task) {
		// Safety: first added, then looked. Whichever comes first, this or the end, one
		// of the two sees the other, so no caller waits on a loop that has ended.
		this.arriving.add(asked);
		if (this.ended) {
			refuse();
			return;
		}
		this.loop.execute(() -> {
			this.arriving.remove(asked);
			task.run();
		});
	}

	/**
	 * The same for what is asked once: if the task throws, it is not known whether it has
	 * been done, and no later task will tell.
	 */
	void arriveOnce(CompletableFuture<?> asked, Runnable task) {
		arrive(asked, () -> {
			try {
				task.run();
			}
			catch (LockException ex) {
				asked.completeExceptionally(ex);
			}
			catch (Throwable ex) {
				asked.completeExceptionally(new LockUnavailableException(
						"This node has failed at it and joins the cluster again: it may or may not be done", ex));
				throw ex;
			}
		});
	}

	/** The loop has ended: what it was still to do is not done any more. */
	void end() {
		this.ended = true;
		refuse();
	}

	private void refuse() {
		for (CompletableFuture<?> asked : this.arriving) {
			this.arriving.remove(asked);
			asked.completeExceptionally(this.refusal.get());
		}
	}

}
