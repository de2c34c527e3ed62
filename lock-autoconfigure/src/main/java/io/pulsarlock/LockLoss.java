package io.pulsarlock;

/**
 * A loss.
 *
 * @param name the lock or leader group
 * @param token the token of the holding that ended
 * @param reason why
 */
public record LockLoss(String name, long token, Reason reason) {

	/** Why a lock was lost. */
	public enum Reason {

		/**
		 * Nothing was heard from the cluster for a whole lease, or this process stood.
		 */
		LEASE_EXPIRED,

		/** The connection closed and was not back within the reconnect grace. */
		GRACE_EXPIRED,

		/** The other nodes have ended the session or the holding. */
		REVOKED_BY_PEERS,

		/** It was held for longer than its own limit. */
		HOLD_LIMIT,

		/** The registry was closed or stopped while the lock was held. */
		CLOSED,

		/**
		 * This node has given the leadership up: by {@link LeaderGroup#resign()}, or
		 * because it stops.
		 * @since 0.2.0
		 */
		RESIGNED,

		/** Somebody took it away through {@link LockAdministration}. */
		REVOKED_BY_ADMINISTRATOR

	}

}
