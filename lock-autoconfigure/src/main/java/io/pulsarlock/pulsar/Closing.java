package io.pulsarlock.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Closes what belongs to a connection that others share.
 * <p>
 * A consumer or producer that is closed while it is re-subscribing makes the client close
 * the shared connection when the broker's answer comes, and with it the journals of all
 * shards. So whatever is not connected is given a moment to become so first.
 */
final class Closing {

	private static final int ATTEMPTS = 10;

	private static final long PAUSE_MILLIS = 100;

	private Closing() {
	}

	static CompletableFuture<Void> gently(BooleanSupplier connected, Supplier<CompletableFuture<Void>> close) {
		return gently(connected, close, ATTEMPTS);
	}

	/**
	 * Closes what was made for one purpose, however that ends.
	 * @param work what it was made for
	 * @return completes like the work, after the closing
	 */
	static CompletableFuture<Void> after(CompletableFuture<Void> work, BooleanSupplier connected,
			Supplier<CompletableFuture<Void>> close) {
		return work.handle((none, ex) -> gently(connected, close))
			.thenCompose((closing) -> closing.thenCompose((closed) -> work));
	}

	private static CompletableFuture<Void> gently(BooleanSupplier connected, Supplier<CompletableFuture<Void>> close,
			int attempts) {
		if (connected.getAsBoolean() || attempts == 0) {
			return close.get().exceptionally((ex) -> null);
		}
		return ClientTimer.pause(PAUSE_MILLIS).thenCompose((none) -> gently(connected, close, attempts - 1));
	}

}
