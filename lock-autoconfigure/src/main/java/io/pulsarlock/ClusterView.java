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
