package io.pulsarlock;

/**
 * Hears of this node's leadership of one group or of all: {@link #onGranted} and
 * {@link #onRevoked} in turn, each exactly once per leadership, in order, the latter also
 * at shutdown. A slow or throwing listener delays only itself: the election and the other
 * listeners go on.
 * <p>
 * It is possible that by the time a method is called it is no longer true: the node may
 * have lost the leadership before {@code onGranted} is called, in which case
 * {@code onRevoked} will be called soon. What must be done by the leader alone asks
 * {@link LeaderGroup#isLeader()} while it is at it, and writes with the term.
 *
 * @since 0.1.0
 */
public interface LeaderListener {

	/**
	 * Called for every event; calls the method for its type. To be overridden by who
	 * wants all of them in one place.
	 * @param event what happened
	 * @since 0.2.0
	 */
	default void onEvent(LeaderEvent event) {
		if (event instanceof LeadershipGranted granted) {
			onGranted(granted);
		}
		else if (event instanceof LeadershipRevoked revoked) {
			onRevoked(revoked);
		}
		else if (event instanceof LeadershipJeopardized jeopardized) {
			onJeopardized(jeopardized);
		}
		else if (event instanceof LeadershipRecovered recovered) {
			onRecovered(recovered);
		}
		else if (event instanceof LeadershipVacant vacant) {
			onVacant(vacant);
		}
		else if (event instanceof LeadershipOccupied occupied) {
			onOccupied(occupied);
		}
	}

	/**
	 * This node leads. By the time this is called it may no longer be true.
	 * @param event which group, and the number of the leadership
	 * @since 0.2.0
	 */
	default void onGranted(LeadershipGranted event) {
	}

	/**
	 * This node does not lead any more. By the time this is called another node may lead,
	 * or this one again.
	 * @param event which group, which leadership, and why
	 * @since 0.2.0
	 */
	default void onRevoked(LeadershipRevoked event) {
	}

	/**
	 * This node leads, but its leadership cannot be renewed. By the time this is called
	 * it may have recovered, or be lost.
	 * @param event which group and leadership
	 * @since 0.2.0
	 */
	default void onJeopardized(LeadershipJeopardized event) {
	}

	/**
	 * The leadership is renewed again. By the time this is called it may no longer be
	 * true.
	 * @param event which group and leadership
	 * @since 0.2.0
	 */
	default void onRecovered(LeadershipRecovered event) {
	}

	/**
	 * No node has led for longer than a lease, as far as this node knows. By the time
	 * this is called it may no longer be true.
	 * @param event which group
	 * @since 0.2.0
	 */
	default void onVacant(LeadershipVacant event) {
	}

	/**
	 * After {@link #onVacant}: a node leads again, this one or another. By the time this
	 * is called it may no longer be true.
	 * @param event which group
	 * @since 0.2.0
	 */
	default void onOccupied(LeadershipOccupied event) {
	}

}
