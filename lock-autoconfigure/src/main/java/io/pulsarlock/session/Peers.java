package io.pulsarlock.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * What one session has heard of the others, and how long each may be silent (rule 4 of
 * the protocol). On the loop.
 */
final class Peers {

	private final SessionSettings settings;

	private final LineTable table;

	private final UUID own;

	/** When the latest record of each was received. */
	private final Map<UUID, Long> heardAt = new HashMap<>();

	/** Since when each is in front of a line; of some also since when it was. */
	private final Map<UUID, Long> inFrontSince = new HashMap<>();

	Peers(SessionSettings settings, LineTable table, UUID own) {
		this.settings = settings;
		this.table = table;
		this.own = own;
	}

	void heard(UUID session, long now) {
		this.heardAt.put(session, now);
	}

	/** They have come to the front of a line, and were in front of none. */
	void promoted(List<UUID> sessions, long now) {
		if (!sessions.isEmpty()) {
			sessions.forEach((session) -> this.inFrontSince.put(session, now));
		}
	}

	void ended(UUID session) {
		this.heardAt.remove(session);
		this.inFrontSince.remove(session);
	}

	/**
	 * From now on all silence counts anew.
	 * @return whose
	 */
	Set<UUID> rolled(long now) {
		Set<UUID> others = new HashSet<>();
		this.table.sessions().forEach((session) -> others.add(session.id()));
		others.remove(this.own);
		others.forEach((other) -> this.heardAt.put(other, now));
		return others;
	}

	/** When the latest record of a session was received. */
	long heardAt(UUID session, long otherwise) {
		return this.heardAt.getOrDefault(session, otherwise);
	}

	/**
	 * When a session will have been silent for long enough, if it is not heard before.
	 * <p>
	 * Safety: a session holds nothing by a record that was sent longer than its grace
	 * ago. One that has just come to the front is given as much time from then, only so
	 * that it can write.
	 */
	long silentAt(SessionState other, long now) {
		long heardAt = heardAt(other.id(), now);
		long end = heardAt + this.settings.withDrift(patience(other));
		if (other.isInFront() && isOfThisLedger(other)) {
			long since = Math.max(0, this.inFrontSince.getOrDefault(other.id(), heardAt) - heardAt);
			long sooner = heardAt + since + this.settings.withDrift(grace(other));
			return (sooner - end < 0) ? sooner : end;
		}
		return end;
	}

	/**
	 * For how long a session may be silent if it is in front of no line.
	 * <p>
	 * Safety: one that has no ticket holds nothing, and cannot come to hold anything
	 * without a record; that stands behind the expulsion and counts for nothing, or
	 * before it and makes it void. So how long its lease is does not matter, unless the
	 * journal has gone on in another ledger since: then a record of it may be lost.
	 */
	long patience(SessionState other) {
		long lease = lease(other);
		boolean free = other.tickets().isEmpty() && isOfThisLedger(other);
		return free ? Math.min(lease, SessionSettings.FREE_LEASE_NANOS) : lease;
	}

	private boolean isOfThisLedger(SessionState other) {
		return other.outsider() == null && other.latest().ledgerId() == this.table.applied().ledgerId();
	}

	/**
	 * How long a session lives after its latest record; as this one, if it is not known.
	 */
	long lease(SessionState other) {
		SessionInfo info = other.info();
		Long millis = (info != null) ? Long.valueOf(info.leaseMillis()) : Outsiders.leaseMillis(other);
		return (millis != null) ? TimeUnit.MILLISECONDS.toNanos(millis) : this.settings.leaseNanos();
	}

	/** For how long a session holds what it holds, after its latest record. */
	private long grace(SessionState other) {
		SessionInfo info = other.info();
		return (info != null) ? Math.min(TimeUnit.MILLISECONDS.toNanos(info.graceMillis()), lease(other))
				: lease(other);
	}

	/** The longest lease of all sessions, this one's included. */
	long longestLease() {
		long longest = this.settings.leaseNanos();
		for (SessionState other : this.table.sessions()) {
			longest = Math.max(longest, lease(other));
		}
		return longest;
	}

	/** How many sessions that are awake are older than this one. */
	int rank(long now) {
		SessionState self = this.table.session(this.own);
		int rank = 0;
		for (SessionState other : this.table.sessions()) {
			if (now - heardAt(other.id(), now) < patience(other)
					&& (self == null || self.opened().isAfter(other.opened()))) {
				rank++;
			}
		}
		return rank;
	}

	/** The name of a session's node, for a message. */
	static String printedNode(@Nullable SessionState state) {
		return PrintedNames.text(node(state));
	}

	static String node(@Nullable SessionState state) {
		SessionInfo info = (state != null) ? state.info() : null;
		return (info != null) ? info.node() : "?";
	}

}
