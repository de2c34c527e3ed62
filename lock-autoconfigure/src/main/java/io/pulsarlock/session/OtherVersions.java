package io.pulsarlock.session;

import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that write records of another version, as one session sees them. What
 * their records change is not known, so no line is known while one of them is there. On
 * the loop.
 * <p>
 * Safety: a session that is active when such a record comes applies nothing from it on,
 * and so is not confirmed by anything behind it. One that joins begins to grant only when
 * all of them have ended in the log, by their goodbye or by an expulsion, under the same
 * rule as any other session. What they may have done to others before concerns sessions
 * that were there at the same time, and those have stopped there.
 */
final class OtherVersions {

	private final LineTable table;

	private final UUID own;

	OtherVersions(LineTable table, UUID own) {
		this.table = table;
		this.own = own;
	}

	/** Those that are there. */
	List<SessionState> present() {
		return this.table.sessions().stream().filter((session) -> session.otherVersion() != null).toList();
	}

	/**
	 * Why nothing can be granted while that one is there: because it lives, if it has
	 * written since this session is there, or because it may.
	 */
	LockException obstacle(SessionState other) {
		OtherVersion record = other.otherVersion();
		SessionState self = this.table.session(this.own);
		if (record == null) {
			throw new IllegalStateException("Session " + other.id() + " is of this version");
		}
		if (self != null && other.latest().isAfter(self.opened())) {
			return refusal(record, other.latest());
		}
		return new LockUnavailableException(name(record) + " has written records of version " + record.version()
				+ ", and this node writes version " + RecordCodec.VERSION
				+ ". It has not been heard since. This node joins when it has been silent for its lease");
	}

	static LockConfigurationException refusal(OtherVersion record, Position position) {
		String cure = (record.version() > RecordCodec.VERSION)
				? "Upgrade this node, or stop that one: then this node goes on by itself"
				: "Upgrade that node, or stop it: then this node goes on by itself";
		return new LockConfigurationException(name(record) + " uses the lock cluster with records of version "
				+ record.version() + " (at " + position + "), and this node with records of version "
				+ RecordCodec.VERSION + ", so it cannot tell who holds a lock, and grants none. " + cure);
	}

	private static String name(OtherVersion record) {
		String node = record.node();
		return (node != null) ? "Node '" + node + "'" : "A node with session " + record.session();
	}

	/** For how long such a session lives after its latest record; null if not known. */
	static @Nullable Long leaseMillis(SessionState other) {
		OtherVersion record = other.otherVersion();
		return (record != null && record.node() != null) ? record.leaseMillis() : null;
	}

}
