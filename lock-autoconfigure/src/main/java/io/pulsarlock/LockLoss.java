package io.pulsarlock;

/**
 * A loss.
 *
 * @param name the lock or leader group
 * @param token the token of the holding that ended
 * @param reason why
 * @since 0.2.0
 */
public record LockLoss(String name, long token, Reason reason) {

	/** Why a lock was lost. */
	public enum Reason {

		/**
		 * Nothing was heard from the cluster for a whole lease, or this process stood for
		 * as long.
		 * @since 0.2.0
		 */
		NO_ANSWER,

		/**
		 * No record of this node has come back from the cluster for the reconnect grace:
		 * the connection was lost, the broker was gone, or this process stood.
		 * @since 0.2.0
		 */
		CONNECTION_LOST,

		/**
		 * The other nodes have ended the session or the holding.
		 * @since 0.2.0
		 */
		ENDED_BY_CLUSTER,

		/**
		 * It was held for longer than its own limit.
		 * @since 0.2.0
		 */
		HELD_TOO_LONG,

		/**
		 * This node was closed or stopped while the lock was held.
		 * @since 0.2.0
		 */
		NODE_STOPPED,

		/**
		 * This node has given the leadership up: by {@link LeaderGroup#resign()} or
		 * {@link LeaderGroup#leave()}, or because it stops.
		 * @since 0.2.0
		 */
		RESIGNED,

		/**
		 * It was revoked through {@link LockAdministration}.
		 * @since 0.2.0
		 */
		RELEASED_BY_ADMINISTRATOR

	}

	@Override
	public String toString() {
		return "LockLoss[name=" + PrintedNames.lock(this.name) + ", token=" + this.token + ", reason=" + this.reason
				+ "]";
	}

}
