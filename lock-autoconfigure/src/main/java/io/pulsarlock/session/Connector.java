package io.pulsarlock.session;

import java.util.concurrent.CompletionStage;

/**
 * Opens journals.
 *
 * @since 0.1.0
 */
public interface Connector {

	/**
	 * Opens one shard.
	 * @param shard its number, from zero
	 * @return completes with its journal, or exceptionally with a
	 * {@link io.pulsarlock.LockUnavailableException} (worth another try) or a
	 * {@link io.pulsarlock.LockConfigurationException}
	 */
	CompletionStage<Journal> open(int shard);

	/**
	 * The opening of a shard that is under way is not waited for any longer. The next one
	 * must not depend on anything this one may be stuck on. Returns at once: other shards
	 * wait for the caller's thread.
	 * @param shard its number
	 */
	default void abandon(int shard) {
	}

	/**
	 * By what the nodes of the cluster send each other hints.
	 * @return the same at each call
	 * @since 0.2.0
	 */
	default HintChannel hints() {
		return HintChannel.NONE;
	}

	/**
	 * Ends whatever the connector itself keeps open. May block for a bounded time.
	 */
	void close();

}
