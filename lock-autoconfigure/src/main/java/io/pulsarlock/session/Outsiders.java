package io.pulsarlock.session;

import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * The sessions whose records cannot be applied, because they are of another version,
 * cannot be verified or were copied from another Pulsar cluster, as one session sees
 * them. What such records change is not known, so no line is known while one of them is
 * there. On the loop.
 * <p>
 * Safety: a session that is active when such a record comes applies nothing from it on,
 * and so is not confirmed by anything behind it. One that joins begins to grant only when
 * all of them have ended in the log, by their goodbye or by an expulsion, under the same
 * rule as any other session. What they may have done to others before concerns sessions
 * that were there at the same time, and those have stopped there.
 */
final class Outsiders {

	private final LineTable table;

	private final UUID own;

	Outsiders(LineTable table, UUID own) {
		this.table = table;
		this.own = own;
	}

	/** Those that are there. */
	List<SessionState> present() {
		return this.table.sessions().stream().filter((session) -> session.outsider() != null).toList();
	}

	/**
	 * Why nothing can be granted while that one is there: because it lives, if it has
	 * written since this session is there, or because it may.
	 */
	LockException obstacle(SessionState other) {
		Outsider record = other.outsider();
		SessionState self = this.table.session(this.own);
		if (record == null) {
			throw new IllegalStateException("The records of session " + other.id() + " can be applied");
		}
		if (self != null && other.latest().isAfter(self.opened())) {
			return refusal(record, other.latest());
		}
		return new LockUnavailableException(name(record) + " has written records " + kind(record)
				+ ". It has not been heard from since. This node joins when the other has been silent for its lease");
	}

	static LockConfigurationException refusal(Outsider record, Position position) {
		return new LockConfigurationException(
				name(record) + " uses the lock cluster with records " + kind(record) + " (at " + position
						+ "), so this node cannot tell which node holds a lock, and grants none. " + cure(record));
	}

	private static String kind(Outsider record) {
		if (record instanceof Replicated copy) {
			return "that were copied here from Pulsar cluster '" + PrintedNames.text(copy.origin())
					+ "', in an order of their own";
		}
		if (record instanceof Unverified) {
			return "that are signed, and this node has no key";
		}
		if (((OtherVersion) record).version() == RecordCodec.ENCRYPTED) {
			return "that are encrypted with a key which this node does not have";
		}
		return "of version " + ((OtherVersion) record).version() + ", and this node with records of version "
				+ RecordCodec.VERSION;
	}

	private static String cure(Outsider record) {
		if (record instanceof OtherVersion other && other.version() == RecordCodec.ENCRYPTED) {
			return "Give this node that key (pulsar-lock.security.encryption-keys and a CryptoKeyReader bean), and"
					+ " restart it, or stop the other; this node then continues by itself";
		}
		if (record instanceof OtherVersion other) {
			return ((other.version() > RecordCodec.VERSION) ? "Upgrade this node, or stop the other"
					: "Upgrade that node, or stop it") + "; this node then continues by itself";
		}
		if (record instanceof Unverified) {
			return "Set pulsar-lock.security.record-keys of this node to the keys of the other and restart it, or"
					+ " stop the other; this node then continues by itself";
		}
		return "Locks exclude only within one Pulsar cluster. Set pulsar-lock.topic.namespace to a namespace that is not"
				+ " replicated, or have this one served by one cluster ('pulsar-admin namespaces set-clusters"
				+ " --clusters <cluster> <tenant>/<namespace>'); this node then continues by itself";
	}

	private static String name(Outsider record) {
		String node = record.node();
		return (node != null) ? "Node '" + PrintedNames.text(node) + "'" : "A node with session " + record.session();
	}

	/** For how long such a session lives after its latest record; null if not known. */
	static @Nullable Long leaseMillis(SessionState other) {
		Outsider record = other.outsider();
		return (record != null && record.node() != null) ? record.leaseMillis() : null;
	}

}
