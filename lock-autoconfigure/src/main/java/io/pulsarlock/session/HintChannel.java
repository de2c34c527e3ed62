package io.pulsarlock.session;

import java.util.function.Consumer;

import io.pulsarlock.line.Hint;

/**
 * By what nodes send each other hints, beside the journals. Nothing that is correct
 * depends on it. Methods may be called on any thread, do not block and do not throw.
 *
 * @since 0.2.0
 */
public interface HintChannel {

	/** Hints go nowhere and come from nowhere. */
	HintChannel NONE = new HintChannel() {

		@Override
		public void listen(int shard, Consumer<Hint> listener) {
		}

		@Override
		public long address() {
			return 0;
		}

		@Override
		public void send(long address, Hint hint) {
		}

	};

	/**
	 * Who is to be told of the hints of one shard.
	 * @param shard its number, from zero
	 * @param listener called on any thread; must not block
	 */
	void listen(int shard, Consumer<Hint> listener);

	/**
	 * Where hints reach this node at the moment.
	 * @return a positive number that no other node has, or zero if they do not reach it
	 */
	long address();

	/**
	 * Sends a hint, if that is possible now.
	 * @param address the address of the node that is to get it, not zero
	 * @param hint the hint
	 */
	void send(long address, Hint hint);

}
