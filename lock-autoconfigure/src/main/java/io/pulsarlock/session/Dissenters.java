package io.pulsarlock.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that disagree with this one on what all nodes must agree on, as one
 * session in the deciding shard sees them. Of two that disagree the later one gives way,
 * by the order of their opening records in the log. On the loop.
 * <p>
 * One that was there before may have died. So a session that joins gives way to one it
 * hears; from the others it waits for a sign, and expels them when they have been silent
 * for their lease.
 */
final class Dissenters {

	private final SessionSettings settings;

	private final LineTable table;

	private final UUID own;

	/** Those that have been expelled, and until when their nodes may hold something. */
	private final Map<UUID, Long> expelled = new HashMap<>();

	/** Opened after this session: they give way, whatever becomes of them. */
	private final Set<UUID> later = new HashSet<>();

	Dissenters(SessionSettings settings, LineTable table, UUID own) {
		this.settings = settings;
		this.table = table;
		this.own = own;
	}

	/**
	 * Takes note of a record of another session that was applied and counts.
	 * @param record the record
	 * @param active whether this session has joined: then it does not give way
	 * @return what is to be done about it
	 */
	Answer heard(JournalRecord record, boolean active) {
		SessionState self = this.table.session(this.own);
		UUID id = record.session();
		if (self == null) {
			// A session that is here already came before.
			return Answer.NOTHING;
		}
		if (record instanceof Heartbeat heartbeat && heartbeat.opening()) {
			this.later.removeIf((each) -> this.table.session(each) == null);
			this.later.add(id);
			return (disagrees(this.table.session(id)) && !hasElder(self)) ? Answer.ANSWER : Answer.NOTHING;
		}
		if (active || record instanceof Bye || this.later.contains(id) || !disagrees(this.table.session(id))) {
			return Answer.NOTHING;
		}
		// If another one of the same mind was here before, that one says who gives way.
		return hasElder(self) ? Answer.NOTHING : Answer.GIVE_WAY;
	}

	/**
	 * Takes note that another session was expelled.
	 * <p>
	 * Safety: who is in front of a line is expelled after a grace, but as an anchor it
	 * counts for longer. So its node may still hold something in another shard.
	 * @param session the session
	 * @param heardAt when its latest record was received
	 */
	void expelled(SessionState session, long heardAt) {
		SessionInfo info = session.info();
		// The heartbeats of a session that is known by its requests alone are older than
		// the journal that is kept, so it has been no anchor for long.
		if (info != null && disagrees(session) && !this.later.contains(session.id())) {
			long lease = TimeUnit.MILLISECONDS.toNanos(info.leaseMillis());
			this.expelled.put(session.id(),
					heardAt + this.settings.withDrift(Math.min(lease, SessionSettings.FREE_LEASE_NANOS)));
		}
	}

	/** Whether nothing is held any more by those that were here before this session. */
	boolean haveEnded(long now) {
		this.expelled.values().removeIf((until) -> now - until >= 0);
		return this.expelled.isEmpty() && present().isEmpty();
	}

	/** Those that were here before this session, which may not join before they end. */
	List<SessionState> present() {
		return this.table.sessions()
			.stream()
			.filter((session) -> disagrees(session) && !this.later.contains(session.id()))
			.toList();
	}

	/** Whether a session of the same mind was opened before this one. */
	private boolean hasElder(SessionState self) {
		return this.table.sessions()
			.stream()
			.anyMatch((session) -> session != self && session.info() != null && !disagrees(session)
					&& self.opened().isAfter(session.opened()));
	}

	private boolean disagrees(@Nullable SessionState session) {
		SessionInfo info = (session != null) ? session.info() : null;
		return info != null
				&& (info.shards() != this.settings.shards() || info.tokenFloor() != this.settings.tokenFloor());
	}

	LockConfigurationException refusal(UUID dissenter) {
		SessionState session = this.table.session(dissenter);
		SessionInfo info = (session != null) ? session.info() : null;
		int shards = (info != null) ? info.shards() : this.settings.shards();
		if (info != null && shards == this.settings.shards()) {
			return new LockConfigurationException(
					"This node is configured for fencing tokens above " + this.settings.tokenFloor() + ", but node '"
							+ Peers.printedNode(session) + "' for tokens above " + info.tokenFloor()
							+ ". All nodes of a lock cluster must agree: set pulsar-lock.fencing.token-floor="
							+ Math.max(info.tokenFloor(), this.settings.tokenFloor())
							+ " on all nodes; to change running nodes, stop all of them first");
		}
		return new LockConfigurationException("This node is configured for " + this.settings.shards()
				+ " shards, but node '" + Peers.printedNode(session) + "' uses " + shards
				+ ". All nodes of a lock cluster must agree: set pulsar-lock.topic.shards=" + shards
				+ " here, or stop all nodes before changing it");
	}

	LockUnavailableException silence(SessionState dissenter) {
		SessionInfo info = dissenter.info();
		String difference = (info != null && info.shards() == this.settings.shards())
				? "token floor " + info.tokenFloor() + " and not " + this.settings.tokenFloor()
				: ((info != null) ? info.shards() : 0) + " shards and not " + this.settings.shards();
		return new LockUnavailableException("Node '" + Peers.printedNode(dissenter) + "', which uses " + difference
				+ " like this node, has ended without a goodbye. This node joins when the other has been"
				+ " silent for its lease");
	}

	/** What a session does about one that disagrees. */
	enum Answer {

		NOTHING,

		/** Lets it hear that this session lives. */
		ANSWER,

		/** Ends. */
		GIVE_WAY

	}

}
