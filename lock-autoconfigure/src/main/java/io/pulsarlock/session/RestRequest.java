package io.pulsarlock.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

/**
 * What a holder asks for that wants its lock to rest, and the answer. Any thread.
 */
final class RestRequest {

	private RestRequest() {
	}

	/**
	 * Asks.
	 * @param request is made on the loop: what to complete there when the cluster knows
	 * @return completes when the cluster knows, on a thread for code of the application
	 * @throws IllegalArgumentException if a lock cannot rest for that time
	 * @throws LockException if the lock was lost
	 */
	static CompletableFuture<Void> of(Hold hold, Duration atLeast, LockHost host, Request request) {
		if (atLeast.isNegative() || atLeast.isZero() || atLeast.compareTo(LockHandle.LONGEST_REST) > 0) {
			throw new IllegalArgumentException(
					"The rest of lock '" + PrintedNames.lock(hold.name()) + "' must be positive and not longer than "
							+ Durations.text(LockHandle.LONGEST_REST) + ", not " + Durations.text(atLeast));
		}
		hold.assertHeld();
		long millis = Rests.millis(atLeast.toNanos());
		CompletableFuture<Void> done = new CompletableFuture<>();
		CompletableFuture<Void> answer = new CompletableFuture<>();
		Loop.Timer limit = host.loop()
			.schedule(hold.deadline().lease().graceNanos(),
					() -> done.completeExceptionally(new TimeoutException("no answer from the cluster")));
		done.whenComplete((none, ex) -> {
			limit.cancel();
			host.callbacks().execute(() -> answer(hold, answer, ex));
		});
		host.loop().execute(() -> request.make(millis, done));
		if (!hold.isHeld()) {
			// The loop may have ended before it got the task; holds are lost before that.
			answer.completeExceptionally(unknown(hold, null));
		}
		return answer;
	}

	private static void answer(Hold hold, CompletableFuture<Void> answer, @Nullable Throwable ex) {
		if (ex == null) {
			answer.complete(null);
		}
		else {
			answer.completeExceptionally(unknown(hold, ex));
		}
	}

	/** Why it is not known whether a lock rests. */
	private static LockException unknown(Hold hold, @Nullable Throwable cause) {
		String message = "Unable to determine whether lock '" + PrintedNames.lock(hold.name()) + "' rests"
				+ ((cause != null) ? ": " + cause.getMessage() : "");
		return (hold.lost() != null) ? new LockLostException(message, cause)
				: new LockUnavailableException(message, cause);
	}

	/** What is asked for. */
	@FunctionalInterface
	interface Request {

		/**
		 * Asks. On the loop.
		 * @param millis for how long the lock is to rest
		 * @param done completes on the loop when the cluster knows
		 */
		void make(long millis, CompletableFuture<Void> done);

	}

}
