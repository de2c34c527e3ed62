package io.pulsarlock.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.pulsar.client.api.Message;

/**
 * Takes messages one after the other, as they come, on the threads they come on.
 */
final class MessageLoop {

	private MessageLoop() {
	}

	/**
	 * Takes messages until one is the last. A message that is there already is taken in
	 * the loop and not by one call within the other: thousands may be.
	 * @param source gives the next message
	 * @param last takes a message and says whether it was the last
	 * @return completes after the last one, or exceptionally if one could not be taken
	 */
	static CompletableFuture<Void> until(Supplier<CompletableFuture<Message<byte[]>>> source,
			Predicate<Message<byte[]>> last) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		take(source, last, done);
		return done;
	}

	private static void take(Supplier<CompletableFuture<Message<byte[]>>> source, Predicate<Message<byte[]>> last,
			CompletableFuture<Void> done) {
		AtomicBoolean turned;
		do {
			AtomicBoolean once = new AtomicBoolean();
			turned = once;
			source.get().whenComplete((message, ex) -> {
				if (done.isDone()) {
					return;
				}
				if (ex != null) {
					done.completeExceptionally(ex);
				}
				else if (isLast(message, last, done)) {
					done.complete(null);
				}
				else if (!done.isDone() && !once.compareAndSet(false, true)) {
					take(source, last, done);
				}
			});
		}
		while (!turned.compareAndSet(false, true));
	}

	private static boolean isLast(Message<byte[]> message, Predicate<Message<byte[]>> last,
			CompletableFuture<Void> done) {
		try {
			return last.test(message);
		}
		catch (RuntimeException | Error ex) {
			done.completeExceptionally(ex);
			return false;
		}
	}

}
