package io.pulsarlock.session;

import java.util.concurrent.CompletionStage;

/**
 * Opens journals and doors.
 *
 * @since 0.1.0
 */
public interface Connector {

	/**
	 * Opens one shard.
	 * @param shard its number, from zero
	 * @return completes with its ports, or exceptionally with a
	 * {@link io.pulsarlock.LockUnavailableException} (worth another try) or a
	 * {@link io.pulsarlock.LockConfigurationException}
	 */
	CompletionStage<Ports> open(int shard);

	/**
	 * Nobody waits any longer for the opening of a shard that is under way. The next one
	 * must not depend on anything this one may be stuck on. Returns at once: other shards
	 * wait for the caller's thread.
	 * @param shard its number
	 */
	default void abandon(int shard) {
	}

	/**
	 * Ends whatever the connector itself keeps open. May block for a bounded time.
	 */
	void close();

	/**
	 * A shard's ports.
	 *
	 * @param journal the journal
	 * @param door the doors
	 */
	record Ports(Journal journal, Door door) {
	}

}
