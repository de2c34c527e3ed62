package io.pulsarlock;

import java.time.Duration;
import java.util.List;

/**
 * What one node knows of the whole cluster. A snapshot that does not change.
 *
 * @since 0.1.0
 */
public interface ClusterView {

	/**
	 * Every lock that is held or awaited.
	 * @return the locks, by name
	 */
	List<LockView> locks();

	/**
	 * Every leader group with a candidate.
	 * @return the groups, by name
	 */
	List<LockView> groups();

	/**
	 * Every lock that rests, whether it is held, awaited or neither.
	 * @return the locks, by name; by default none
	 * @since 0.2.0
	 */
	default List<RestView> resting() {
		return List.of();
	}

	/**
	 * Every session.
	 * @return the sessions, in no order
	 */
	List<SessionView> sessions();

	/**
	 * One lock or group.
	 */
	interface LockView {

		/**
		 * Its name.
		 * @return the name
		 */
		String name();

		/**
		 * Who is at the front of its line.
		 * @return the holder or leader, or who is about to be
		 */
		Participant holder();

		/**
		 * Who has the lock, in order: several readers, or several callers with permits,
		 * or the one holder of an exclusive lock.
		 * @return never empty; the first is {@link #holder()}
		 * @since 0.2.0
		 */
		default List<Participant> holders() {
			return List.of(holder());
		}

		/**
		 * For how long this node has known the holder to be in front.
		 * @return not negative
		 */
		Duration heldFor();

		/**
		 * Who waits, in order.
		 * @return may be empty
		 */
		List<Participant> waiters();

	}

	/**
	 * A lock that rests: it is granted to no further caller before the rest is over.
	 *
	 * @since 0.2.0
	 */
	interface RestView {

		/**
		 * The name of the lock.
		 * @return the name
		 */
		String name();

		/**
		 * For how long it still rests, as this node counts.
		 * @return positive
		 */
		Duration remaining();

	}

	/**
	 * One session: a node in one shard.
	 */
	interface SessionView {

		/**
		 * The session.
		 * @return its id
		 */
		String id();

		/**
		 * The node's name.
		 * @return the name
		 */
		String node();

		/**
		 * The shard.
		 * @return its number, from zero
		 */
		int shard();

		/**
		 * How long ago this node heard from it.
		 * @return not negative
		 */
		Duration silence();

		/**
		 * Whether it is this node's own.
		 * @return true if it is
		 */
		boolean own();

	}

}
