package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;

/**
 * Protocols that lack one rule, each created by changing the world around the same
 * classes. The simulation is only meaningful if it catches them. Rules inside the
 * production classes, such as what counts as a pause, cannot be broken from outside: they
 * are checked by breaking the classes themselves occasionally.
 */
enum SimulationTwin {

	/** Expulsions count although the session was heard again. */
	NO_COMPARE_AND_SET,

	/** A session does not read that it was expelled. */
	EXPULSION_UNHEARD,

	/** A broker that lost the topic acknowledges appends, as it answers pings. */
	STALE_BROKER_ACKNOWLEDGES,

	/** The others know a shorter lease and grace than the holder uses. */
	EXPELLED_EARLY,

	/** A joining node begins at the end of the log. */
	JOINS_WITHOUT_READING,

	/**
	 * The clock stops while the process is paused, so the gap between two ticks is not
	 * visible.
	 */
	CLOCK_STANDS_IN_A_PAUSE,

	/** One node's clock is slower than the drift allows. */
	SLOW_CLOCK,

	/** The reader omits records. */
	RECORDS_SKIPPED,

	/** A reader that was moved past records is assumed to have read them. */
	HOLE_UNNOTICED,

	/** A node whose ticks are late sends signs of life, but never claims. */
	LATE_WITHOUT_CLAIMS,

	/** Journal that joining nodes still need is released. */
	TRIMMED_EARLY,

	/** Joining nodes are told to read less than they need. */
	HISTORY_TOO_SHORT,

	/** No session is expelled: the lines of dead nodes stay. */
	NOBODY_EXPELLED,

	/** A kept lock is considered released. */
	KEPT_IS_RELEASED,

	/** A node that cannot apply a record continues without it. */
	POISON_IGNORED,

	/** A holder that limits anew what it has lost holds it again. */
	LIMIT_REVIVES,

	/** A rest ends by the clock of its writer, from which that of the reader differs. */
	REST_BY_THE_WRITERS_CLOCK,

	/** A node that joins learns of no rest that was said before. */
	REST_LOST_BY_JOINING,

	/** A holder hints at its release when it begins to hold. */
	GONE_BEFORE_THE_END,

	/** A hint counts for the ticket before the own one, whichever that is. */
	GONE_OF_ANY_TICKET,

	/** A node that is asked for a lock says that it is gone, and keeps it. */
	ASKED_AND_KEPT,

	/**
	 * A node does not see writers that wait, so it lets readers in that came after them.
	 */
	READER_PASSES_WRITER,

	/** A node that joins counts a ticket once more that a heartbeat repeats. */
	PERMIT_COUNTED_TWICE,

	/** Who shares a lock says that it is gone, as if it had had all of it. */
	GONE_OF_A_SHARE,

	/** An order to take a lock away counts for whatever ticket its reader has. */
	REVOKED_BY_LOCK,

	/** A session is ended by the order to take a lock from it. */
	TAKEN_WITHOUT_ASKING,

	/** A periodic task is not repeated once something has thrown. */
	TICKS_END_WITH_AN_ERROR;

	/**
	 * Whether the tables of the nodes are to be compared with the log. Not where the
	 * tables differ because the twin reads something else: that would prove nothing.
	 */
	boolean isSeenInTables() {
		return switch (this) {
			case RECORDS_SKIPPED, HOLE_UNNOTICED, LATE_WITHOUT_CLAIMS, TRIMMED_EARLY, HISTORY_TOO_SHORT,
					PERMIT_COUNTED_TWICE ->
				true;
			default -> false;
		};
	}

	/**
	 * The expected violation: a node holds a lock that it must not hold, or no node does.
	 */
	String shows() {
		return switch (this) {
			case RECORDS_SKIPPED, HOLE_UNNOTICED, LATE_WITHOUT_CLAIMS, TRIMMED_EARLY, HISTORY_TOO_SHORT ->
				" instead of |^two hold |: token ";
			case REST_BY_THE_WRITERS_CLOCK, REST_LOST_BY_JOINING -> "^rest ";
			case READER_PASSES_WRITER -> " overtakes |^two hold |: token ";
			case PERMIT_COUNTED_TWICE -> " instead of ";
			case GONE_OF_ANY_TICKET ->
				"^two hold |: token |before .* noticed|granted by its own node although another one waits";
			case REVOKED_BY_LOCK -> "which no operator has ordered";
			case NOBODY_EXPELLED -> " waiters| sees somebody in line";
			case EXPULSION_UNHEARD -> "^two hold |: token |before .* noticed| has not joined again";
			case TICKS_END_WITH_AN_ERROR -> " has not joined again| did not notice its loss| waiters|before .* noticed";
			default -> "^two hold |: token |before .* noticed";
		};
	}

	/** Whether it is to be found by a lock that rests. */
	boolean isAboutRests() {
		return this == REST_BY_THE_WRITERS_CLOCK || this == REST_LOST_BY_JOINING;
	}

	/** Whether it is to be found by what nodes tell each other beside the journal. */
	boolean isAboutHints() {
		return this == GONE_BEFORE_THE_END || this == GONE_OF_ANY_TICKET || this == ASKED_AND_KEPT
				|| this == GONE_OF_A_SHARE;
	}

	/** Whether the locks are to have readers and writers, and permits. */
	boolean isOfShares() {
		return this == READER_PASSES_WRITER || this == PERMIT_COUNTED_TWICE || this == GONE_OF_A_SHARE;
	}

	/**
	 * What a node reads in place of a record of another one.
	 * @param joining whether its table is still being rebuilt
	 */
	JournalRecord read(JournalRecord record, LineTable table, boolean joining) {
		if (this == READER_PASSES_WRITER && record instanceof Request request && request.share().isExclusive()) {
			Ticket front = table.front(request.lock());
			return (front != null && !front.share().isExclusive()) ? nothing(record) : record;
		}
		if (this == PERMIT_COUNTED_TWICE && joining && record instanceof Heartbeat heartbeat) {
			return repeating(heartbeat);
		}
		return record;
	}

	/** The first of its permits once more, at the end of what it claims. */
	private static Heartbeat repeating(Heartbeat heartbeat) {
		List<Claim> claims = new ArrayList<>(heartbeat.claims());
		heartbeat.claims()
			.stream()
			.filter((claim) -> claim.share().isPermits() && heartbeat.upTo().isAfter(claim.position()))
			.findFirst()
			.ifPresent((claim) -> claims
				.add(new Claim(claim.lock(), claim.ticket() + 1_000_000, heartbeat.upTo(), claim.share())));
		return new Heartbeat(heartbeat.session(), heartbeat.sequence(), heartbeat.opening(), heartbeat.info(),
				heartbeat.history(), heartbeat.from(), heartbeat.upTo(), claims);
	}

	/** Whether it is to be found by a lock that an operator takes away. */
	boolean isAboutRevocations() {
		return this == REVOKED_BY_LOCK || this == TAKEN_WITHOUT_ASKING;
	}

	/** Whether something else gets into the log than was published. */
	boolean writesOtherwise() {
		return this == NO_COMPARE_AND_SET || this == EXPELLED_EARLY || this == NOBODY_EXPELLED
				|| this == KEPT_IS_RELEASED || this == TAKEN_WITHOUT_ASKING;
	}

	/** What gets into the log in place of a record. */
	JournalRecord written(JournalRecord record, LineTable table) {
		return switch (this) {
			case NO_COMPARE_AND_SET -> withoutCompare(record, table);
			case EXPELLED_EARLY -> (record instanceof Heartbeat heartbeat) ? hastened(heartbeat) : record;
			case HISTORY_TOO_SHORT -> (record instanceof Heartbeat heartbeat) ? shortened(heartbeat, table) : record;
			case KEPT_IS_RELEASED -> (record instanceof Idle idle && idle.idle())
					? new Release(idle.session(), idle.sequence(), idle.lock(), idle.ticket()) : record;
			case TAKEN_WITHOUT_ASKING -> (record instanceof Revoke revoke) ? expelled(revoke, table) : record;
			case NOBODY_EXPELLED -> (record instanceof Expel) ? nothing(record) : record;
			default -> record;
		};
	}

	/** A record without a meaning. */
	static JournalRecord nothing(UUID session) {
		return new Idle(session, 0, "l:none", -1, true);
	}

	/** A record without effect in its place, so that no record is missing. */
	static JournalRecord nothing(JournalRecord record) {
		return new Idle(record.session(), record.sequence(), "l:none", -1, true);
	}

	private static JournalRecord withoutCompare(JournalRecord record, LineTable table) {
		if (record instanceof Expel expel) {
			SessionState target = table.session(expel.target());
			return (target != null)
					? new Expel(expel.session(), expel.sequence(), expel.target(), target.sequence(), expel.ledger())
					: record;
		}
		return record;
	}

	private static JournalRecord expelled(Revoke revoke, LineTable table) {
		Ticket ticket = table.ticket(revoke.lock(), revoke.place());
		SessionState target = (ticket != null) ? table.session(ticket.session()) : null;
		return (target != null) ? new Expel(revoke.session(), revoke.sequence(), target.id(), target.sequence(),
				table.applied().ledgerId()) : nothing(revoke);
	}

	private static Heartbeat shortened(Heartbeat heartbeat, LineTable table) {
		return new Heartbeat(heartbeat.session(), heartbeat.sequence(), heartbeat.opening(), heartbeat.info(),
				table.applied(), heartbeat.from(), heartbeat.upTo(), heartbeat.claims());
	}

	private static Heartbeat hastened(Heartbeat heartbeat) {
		SessionInfo info = heartbeat.info();
		SessionInfo shorter = new SessionInfo(info.node(), info.leaseMillis() / 2, info.graceMillis() / 2,
				info.shards());
		return new Heartbeat(heartbeat.session(), heartbeat.sequence(), heartbeat.opening(), shorter,
				heartbeat.history(), heartbeat.from(), heartbeat.upTo(), heartbeat.claims());
	}

}
