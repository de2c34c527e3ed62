package io.pulsarlock.line;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * One record of a shard's journal. Every record names the session that wrote it and its
 * number in that session: numbers grow, so a record that is sent twice counts once.
 *
 * @since 0.1.0
 */
public sealed interface JournalRecord {

	/**
	 * The session that wrote it.
	 * @return the session
	 */
	UUID session();

	/**
	 * Its number in that session.
	 * @return the number, growing from zero
	 */
	long sequence();

	/**
	 * Opens or renews the session and repeats its tickets, so that the last leases of
	 * journal are enough to rebuild the lines.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param opening whether this is the session's first record
	 * @param info who it is and how long it lives
	 * @param history everything a joining node needs stands after this record
	 * @param from the tickets are complete for positions after this one ...
	 * @param upTo ... up to and including this one
	 * @param claims the tickets in that range
	 */
	record Heartbeat(UUID session, long sequence, boolean opening, SessionInfo info, Position history, Position from,
			Position upTo, List<Claim> claims) implements JournalRecord {

		public Heartbeat {
			claims = List.copyOf(claims);
		}

	}

	/**
	 * Takes a place at the end of a lock's line. The ticket's number is that of the
	 * record; its position is the fencing token.
	 *
	 * @param session the session
	 * @param sequence the record's and the ticket's number
	 * @param lock the lock's key
	 * @param share how much of the lock the ticket takes
	 */
	record Request(UUID session, long sequence, String lock, Share share) implements JournalRecord {

		/**
		 * Takes a place to have the whole lock.
		 * @param session the session
		 * @param sequence the record's and the ticket's number
		 * @param lock the lock's key
		 */
		public Request(UUID session, long sequence, String lock) {
			this(session, sequence, lock, Share.EXCLUSIVE);
		}

	}

	/**
	 * A ticket that takes the whole lock shares it from now on, at the same place.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param lock the lock's key
	 * @param ticket the ticket's number
	 * @since 0.2.0
	 */
	record Downgrade(UUID session, long sequence, String lock, long ticket) implements JournalRecord {
	}

	/**
	 * Leaves a line, from whatever place.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param lock the lock's key
	 * @param ticket the ticket's number
	 */
	record Release(UUID session, long sequence, String lock, long ticket) implements JournalRecord {
	}

	/**
	 * Ends a silent session. Counts only if {@code lastSeen} is still the number of that
	 * session's latest record, a compare-and-set on the log, and only in the ledger its
	 * judge has read: sent again into another topic of the same name it would not be
	 * compared with what stood in the first.
	 *
	 * @param session who says so
	 * @param sequence the record's number
	 * @param target the silent session
	 * @param lastSeen the number of its latest record as its judge knows it
	 * @param ledger the ledger of the latest record its judge has applied
	 */
	record Expel(UUID session, long sequence, UUID target, long lastSeen, long ledger) implements JournalRecord {
	}

	/**
	 * Says that a job begins for a fire time. The first record for a time, or for a later
	 * one, counts; so a job is not begun twice, by whomever.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param job the job's key
	 * @param fireTime the fire time by the job's own calendar, in milliseconds
	 */
	record Fire(UUID session, long sequence, String job, long fireTime) implements JournalRecord {
	}

	/**
	 * Forgets the fire time of a job, claimed by any node: an operator says that the job
	 * may begin again. All nodes apply it at the same place of the log.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param job the job's key
	 * @since 0.2.0
	 */
	record Forget(UUID session, long sequence, String job) implements JournalRecord {
	}

	/**
	 * Says for an operator that nodes which cannot apply the record at a place go on
	 * without it. A node that has applied it, or can, takes no notice.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param skipped the place
	 * @since 0.2.0
	 */
	record Skip(UUID session, long sequence, Position skipped) implements JournalRecord {
	}

	/**
	 * Says whether the owner of a lock uses it or only keeps it, in case no other node
	 * wants it before. A hint: it takes nothing from any node.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param lock the lock's key
	 * @param ticket the ticket's number
	 * @param idle true if it only keeps it
	 */
	record Idle(UUID session, long sequence, String lock, long ticket, boolean idle) implements JournalRecord {
	}

	/**
	 * Says that from here on a lock is granted to no caller for some time, whatever
	 * becomes of its writer. Takes the place of every rest of the lock that was said
	 * before.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param lock the lock's key
	 * @param millis for how long; zero ends a rest
	 * @since 0.2.0
	 */
	record Rest(UUID session, long sequence, String lock, long millis) implements JournalRecord {
	}

	/**
	 * Asks the owner of a ticket that is in front of its line to give it up, for an
	 * operator: it tells its holder first.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param lock the lock's key
	 * @param place the place of the ticket
	 * @since 0.2.0
	 */
	record Revoke(UUID session, long sequence, String lock, Position place) implements JournalRecord {
	}

	/**
	 * Repeats for how long locks still rest, for nodes that join.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param rests the rests
	 * @since 0.2.0
	 */
	record Resting(UUID session, long sequence, List<Remaining> rests) implements JournalRecord {

		public Resting {
			rests = List.copyOf(rests);
		}

	}

	/**
	 * Ends the session in good order.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param written the records before this number are in the journal; those from it on
	 * may not be
	 */
	record Bye(UUID session, long sequence, long written) implements JournalRecord {
	}

	/**
	 * A ticket as a heartbeat repeats it.
	 *
	 * @param lock the lock's key
	 * @param ticket the ticket's number
	 * @param position its place
	 * @param share how much of the lock it takes
	 */
	record Claim(String lock, long ticket, Position position, Share share) {

		/**
		 * A ticket that takes the whole lock.
		 * @param lock the lock's key
		 * @param ticket the ticket's number
		 * @param position its place
		 */
		public Claim(String lock, long ticket, Position position) {
			this(lock, ticket, position, Share.EXCLUSIVE);
		}

	}

	/**
	 * A rest as it is repeated.
	 *
	 * @param lock the lock's key
	 * @param place where the rest was said
	 * @param millis for how long it goes on, by the clock of the node that repeats it
	 * @since 0.2.0
	 */
	record Remaining(String lock, Position place, long millis) {
	}

	/**
	 * What a session says of itself.
	 *
	 * @param node the node's name
	 * @param leaseMillis how long it is certain to live after its latest record
	 * @param graceMillis how long it holds on after its connection closed
	 * @param shards how many shards it believes there are
	 * @param tokenFloor what it believes all fencing tokens to be larger than
	 * @param hints where hints reach it; zero if they do not
	 */
	record SessionInfo(String node, long leaseMillis, long graceMillis, int shards, long tokenFloor, long hints) {

		/**
		 * Of a node that gets no hints.
		 * @param node who it is
		 * @param leaseMillis how long it is certain to live after its latest record
		 * @param graceMillis how long it holds on after its connection closed
		 * @param shards how many shards it believes there are
		 * @param tokenFloor what it believes all fencing tokens to be larger than
		 */
		public SessionInfo(String node, long leaseMillis, long graceMillis, int shards, long tokenFloor) {
			this(node, leaseMillis, graceMillis, shards, tokenFloor, 0);
		}

		/**
		 * The same session, reached by hints elsewhere.
		 * @param hints where; zero if nowhere
		 * @return what it says of itself then
		 * @since 0.2.0
		 */
		public SessionInfo withHints(long hints) {
			return new SessionInfo(this.node, this.leaseMillis, this.graceMillis, this.shards, this.tokenFloor, hints);
		}

		/**
		 * Of a cluster whose tokens are those of its Pulsar cluster.
		 * @param node who it is
		 * @param leaseMillis how long it is certain to live after its latest record
		 * @param graceMillis how long it holds on after its connection closed
		 * @param shards how many shards it believes there are
		 */
		public SessionInfo(String node, long leaseMillis, long graceMillis, int shards) {
			this(node, leaseMillis, graceMillis, shards, 0);
		}

	}

	/**
	 * A record that this node cannot apply, so that it knows no line any more while the
	 * session that wrote it is there. What the record changes is not known; that its
	 * session lives, or has ended, is.
	 *
	 * @since 0.2.0
	 */
	sealed interface Outsider extends JournalRecord {

		/**
		 * The node that wrote it.
		 * @return the node's name, or null if this record does not say it
		 */
		@Nullable String node();

		/**
		 * How long its session is certain to live after its latest record.
		 * @return milliseconds, or zero if this record does not say it
		 */
		long leaseMillis();

		/**
		 * Whether it ends the session in good order.
		 * @return true if it is the session's last record
		 */
		boolean bye();

	}

	/**
	 * A record of another version of the library.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param version the version, not this one
	 * @param node the node's name, or null if this record does not say it
	 * @param leaseMillis how long the session is certain to live after its latest record,
	 * or zero if this record does not say it
	 * @param bye whether it ends the session in good order
	 * @since 0.2.0
	 */
	record OtherVersion(UUID session, long sequence, int version, @Nullable String node, long leaseMillis,
			boolean bye) implements Outsider {
	}

	/**
	 * A record that was written in another Pulsar cluster and copied here: the two logs
	 * hold the same records in another order, so nodes that read them see other lines.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param origin the Pulsar cluster it was written in
	 * @param node the node's name, or null if this record does not say it
	 * @param leaseMillis how long the session is certain to live after its latest record,
	 * or zero if this record does not say it
	 * @param bye whether it ends the session in good order
	 * @since 0.2.0
	 */
	record Replicated(UUID session, long sequence, String origin, @Nullable String node, long leaseMillis,
			boolean bye) implements Outsider {

		/**
		 * What can be said of a record that was copied here.
		 * @param record the record as it was written
		 * @param origin the Pulsar cluster it was written in
		 * @return the record for this log
		 */
		public static Replicated of(JournalRecord record, String origin) {
			if (record instanceof Outsider other) {
				return new Replicated(record.session(), record.sequence(), origin, other.node(), other.leaseMillis(),
						other.bye());
			}
			SessionInfo info = (record instanceof Heartbeat heartbeat) ? heartbeat.info() : null;
			return new Replicated(record.session(), record.sequence(), origin, (info != null) ? info.node() : null,
					(info != null) ? info.leaseMillis() : 0, record instanceof Bye);
		}

	}

	/**
	 * A record of which this node cannot tell whether a node of its cluster wrote it,
	 * because one of the two signs its records and the other does not, or with another
	 * key. What it says of itself may be a lie.
	 *
	 * @param session the session
	 * @param sequence the record's number
	 * @param doubt why it cannot be told
	 * @param node the node's name, or null if this record does not say it
	 * @param leaseMillis how long the session is certain to live after its latest record,
	 * or zero if this record does not say it
	 * @param bye whether it ends the session in good order
	 * @since 0.2.0
	 */
	record Unverified(UUID session, long sequence, Doubt doubt, @Nullable String node, long leaseMillis,
			boolean bye) implements Outsider {

		/**
		 * Why it cannot be told who wrote a record.
		 */
		public enum Doubt {

			/** It is signed, and this node has no key. */
			NO_KEY(SkipCause.OTHER_KEY),

			/** It is signed, with no key that this node has. */
			OTHER_KEY(SkipCause.OTHER_KEY),

			/** It is not signed, and this node has a key. */
			UNSIGNED(SkipCause.UNSIGNED);

			private final SkipCause skipCause;

			Doubt(SkipCause skipCause) {
				this.skipCause = skipCause;
			}

			/**
			 * Why the record counts for nothing, where it does.
			 * @return the cause
			 */
			public SkipCause skipCause() {
				return this.skipCause;
			}

		}

	}

}
