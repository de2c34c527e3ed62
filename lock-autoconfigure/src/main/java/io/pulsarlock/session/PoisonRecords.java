package io.pulsarlock.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Skip;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * Rule 11: records of one shard that this node fails to apply, because of a defect. Each
 * session meets them anew, so nothing but a person, or the other nodes, can take the node
 * past them. Outlives the sessions. On the loop.
 * <p>
 * A record is tried twice, since what failed may have been the memory. Then the node
 * stands before it: it reads on and applies nothing, and so confirms and grants nothing.
 * It looks ahead for a person's {@link Skip} of that place, and for a heartbeat by which
 * joining nodes need nothing of it any more.
 * <p>
 * Safety: a node that goes on without the record is in the place of one that was never
 * sent it, and does what rule 8 demands of that one: it grants nothing for two leases, in
 * which all that hold something repeat it. A node that has applied the record, or can,
 * does not look for a skip: what others miss is no concern of theirs. So a skip that is
 * wrong, or forged, does nothing.
 */
final class PoisonRecords {

	private static final int ATTEMPTS = 2;

	/** So many records are remembered, those that came last. */
	private static final int REMEMBERED = 1000;

	private final int shard;

	private final SessionSettings settings;

	private final Set<Position> skipped = Collections.newSetFromMap(new Latest<>());

	/** How often an attempt has failed. */
	private final Map<Position, Integer> attempts = new Latest<>();

	/** Joining nodes need nothing up to here. */
	private Position history = Position.NONE;

	/** Why the latest attempt has failed. */
	private @Nullable LockUnavailableException failure;

	/** Before which record this node stands. */
	private Position standing = Position.NONE;

	PoisonRecords(int shard, SessionSettings settings) {
		this.shard = shard;
		this.settings = settings;
	}

	/** A record was read, or written, that need not have been applied yet. */
	void ahead(Position position, JournalRecord record) {
		if (record instanceof Skip skip && position.isAfter(skip.skipped())) {
			this.skipped.add(skip.skipped());
		}
		else if (record instanceof Heartbeat heartbeat && heartbeat.history().isAfter(this.history)) {
			this.history = heartbeat.history();
		}
	}

	/** A record could not be applied. */
	void failed(Position position, JournalRecord record, Throwable cause) {
		this.attempts.merge(position, 1, Integer::sum);
		this.failure = new LockUnavailableException("Node '" + PrintedNames.text(this.settings.node())
				+ "' cannot apply the record at " + position + " of shard " + this.shard + " ("
				+ record.getClass().getSimpleName() + " of session " + record.session() + "): " + cause
				+ ". It grants no locks of this shard until the record is skipped:"
				+ " DELETE /actuator/pulsarlocks/records?name=" + name(this.shard, position)
				+ " on any node, or LockAdministration.skipRecord", cause);
	}

	/**
	 * What to do with the record at a place.
	 * @param readAll whether everything that was there when the session began has been
	 * read, so that an earlier skip would be known
	 */
	Verdict at(Position position, boolean readAll) {
		Integer attempts = this.attempts.get(position);
		if (attempts == null) {
			return Verdict.APPLY;
		}
		if (this.skipped.contains(position) || !position.isAfter(this.history)) {
			return Verdict.SKIP;
		}
		if (attempts < ATTEMPTS && readAll) {
			return Verdict.APPLY;
		}
		this.standing = (attempts < ATTEMPTS) ? this.standing : position;
		return Verdict.WAIT;
	}

	/** Why this node stands before a record; null if it does not stand before it. */
	@Nullable LockUnavailableException obstacle(@Nullable Position next) {
		return this.standing.equals(next) ? this.failure : null;
	}

	/** A place in the journal of a shard, as people write it. */
	static String name(int shard, Position position) {
		return shard + "/" + position;
	}

	/** The latest of many. */
	private static final class Latest<V> extends LinkedHashMap<Position, V> {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<Position, V> eldest) {
			return size() > REMEMBERED;
		}

	}

	/** What to do with a record. */
	enum Verdict {

		APPLY,

		/** Go on without it, as if it had been lost. */
		SKIP,

		/** Stand before it. */
		WAIT

	}

}
