package io.pulsarlock;

/**
 * Something that happened to a lock of this node. There is a type for each, so a listener
 * can ask for the one it wants. Each holding sees {@link LockAcquired} first, any number
 * of {@link LockJeopardized} and {@link LockRecovered} in turn, and exactly one of
 * {@link LockLost} and {@link LockReleased} last. What happens to a leadership is a
 * {@link LeaderEvent}.
 *
 * @since 0.1.0
 */
public sealed interface LockEvent permits LockAcquired, LockReleased, LockLost, LockJeopardized, LockRecovered {

	/**
	 * The name of the lock.
	 * @return the name
	 */
	String name();

	/**
	 * The fencing token of the holding.
	 * @return the token
	 */
	long token();

}
