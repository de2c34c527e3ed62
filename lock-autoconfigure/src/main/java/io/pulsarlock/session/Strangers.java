package io.pulsarlock.session;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * The writers of records that one session, whose node has keys, cannot verify: nodes with
 * other keys or none, or forgers. Which of them cannot be told, so honest nodes must
 * never hold anything beside this session, and forgers must not end it. Their records
 * touch no table. On the loop.
 * <p>
 * Safety: a node without keys is stopped by any record of this session, as by one of
 * another version, and no record behind the opening one confirms it. So this session
 * waits, from when it has read its own opening record, for the longest lease of those
 * that had written before.
 * <p>
 * A node with other keys has a session like this one. The later of two waits for the
 * earlier: for one that was met before the own opening record, until a record has been
 * read that was sent when the other had been silent for its lease. So it has written
 * nothing in between, however late this session reads.
 * <p>
 * When this session is the silent one, it goes on only if it was always confirmed: the
 * records of the others stand behind the latest one that confirmed it, and were written
 * when this confirmation had run out. So it is over if it reads something it cannot
 * verify, and then a record of its own that would confirm it anew.
 */
final class Strangers {

	/** More than that share one entry, so that they cannot fill the memory. */
	private static final int MOST = 1000;

	private static final UUID OTHERS = new UUID(0, 0);

	private final SessionSettings settings;

	/** With other keys, and met before the own opening record. */
	private final Map<UUID, Stranger> earlier = new HashMap<>();

	/** Of those without keys who were there before; zero if none was. */
	private long unsignedLease;

	/** Their latest record. */
	private Position unsignedAt = Position.NONE;

	private @Nullable String unsigned;

	private long outwaitedAt;

	private boolean opened;

	/** Whether they have written since the latest own record. */
	private boolean heard;

	Strangers(SessionSettings settings) {
		this.settings = settings;
	}

	/**
	 * Takes note of a record that cannot be verified.
	 * @return whether it counts for nothing
	 */
	boolean isPassed(Position position, Unverified record, long now) {
		if (record.doubt() == Doubt.NO_KEY) {
			return false;
		}
		this.heard = true;
		if (record.doubt() == Doubt.OTHER_KEY) {
			otherKey(position, record, now);
		}
		else if (!this.opened) {
			this.unsignedAt = position;
			this.unsignedLease = Math.max(this.unsignedLease, lease(record));
			this.unsigned = (record.node() != null) ? record.node() : this.unsigned;
		}
		return true;
	}

	private void otherKey(Position position, Unverified record, long now) {
		UUID id = (this.earlier.size() < MOST || this.earlier.containsKey(record.session())) ? record.session()
				: OTHERS;
		Stranger before = this.earlier.get(id);
		if (before != null || !this.opened) {
			String node = (record.node() != null || before == null) ? record.node() : before.node();
			long lease = Math.max(lease(record), (before != null) ? before.lease() : 0);
			this.earlier.put(id, new Stranger(node, lease, position, now, this.opened));
		}
	}

	private long lease(Unverified record) {
		return Math.max(this.settings.leaseNanos(), TimeUnit.MILLISECONDS.toNanos(record.leaseMillis()));
	}

	/**
	 * Takes note of what a node with a key in common, which had joined, has read leases
	 * ago. A session that has written nothing since was over when that node joined, or
	 * has found it there.
	 */
	void unneeded(Position history) {
		if (!this.unsignedAt.isAfter(history)) {
			this.unsignedLease = 0;
			this.unsigned = null;
		}
		this.earlier.values().removeIf((other) -> !other.position().isAfter(history));
	}

	/**
	 * Takes note of a record of this session that was applied, before it confirms.
	 * @param confirmed whether the session is confirmed without it
	 * @return whether the session may go on
	 */
	boolean mayGoOn(boolean confirmed, long now) {
		boolean expelled = this.opened && this.heard && !confirmed;
		if (!this.opened) {
			this.opened = true;
			this.outwaitedAt = now + this.settings.withDrift(this.unsignedLease);
		}
		this.heard = false;
		return !expelled;
	}

	/** Everything before a record of this session that was sent then has been read. */
	void readUpTo(long sentAt) {
		this.earlier.values().removeIf((other) -> sentAt - other.heardAt() >= this.settings.withDrift(other.lease()));
	}

	/** Whether no session that was there before can hold anything. */
	boolean isOutwaited(long now) {
		return this.opened && this.earlier.isEmpty() && (this.unsignedLease == 0 || now - this.outwaitedAt >= 0);
	}

	/** Why this session grants nothing yet. */
	LockUnavailableException obstacle(long now) {
		Stranger other = this.earlier.values().stream().max(Comparator.comparing(Stranger::alive)).orElse(null);
		if (other == null) {
			return new LockUnavailableException(name(this.unsigned) + " has written records that are not signed, and"
					+ " this node has keys (pulsar-lock.security.record-keys). It grants nothing for another "
					+ TimeUnit.NANOSECONDS.toMillis(this.outwaitedAt - now)
					+ " ms, during which a node without keys may hold locks");
		}
		if (other.alive()) {
			return new LockConfigurationException(name(other.node())
					+ " uses the lock cluster with records that are signed with a key which this node does not have,"
					+ " so this node cannot tell which node holds a lock, and grants none. Give both nodes the same key"
					+ " in pulsar-lock.security.record-keys, or stop the other; this node then continues by itself");
		}
		return new LockUnavailableException(name(other.node()) + " has written records that are signed with a key"
				+ " which this node does not have. It has not been heard from since. This node joins when the"
				+ " other has been silent for its lease");
	}

	private static String name(@Nullable String node) {
		return (node != null) ? "Node '" + PrintedNames.text(node) + "'" : "A node";
	}

	/**
	 * A session whose records are signed with another key.
	 *
	 * @param node its node, null if it has not said so
	 * @param lease how long it lives after its latest record
	 * @param position where that is
	 * @param heardAt when that was read
	 * @param alive whether it has written since this session is there
	 */
	private record Stranger(@Nullable String node, long lease, Position position, long heardAt, boolean alive) {
	}

}
