package io.pulsarlock.session;

import java.util.UUID;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.SessionState;

/**
 * Protocols that lack one rule, each made by twisting the world around the same classes.
 * The simulation is worth something only if it catches them. Rules inside the production
 * classes, such as what counts as a pause, cannot be broken from outside: those are
 * checked by breaking the classes themselves now and then.
 */
enum SimulationTwin {

	/** Expulsions count although the session was heard again. */
	NO_COMPARE_AND_SET,

	/** A session does not read that it was expelled. */
	EXPULSION_UNHEARD,

	/** A broker that lost the topic acknowledges appends, as it answers pings. */
	STALE_BROKER_ACKNOWLEDGES,

	/** The others know a shorter lease and grace than the holder lives by. */
	EXPELLED_EARLY,

	/** A joining node begins at the end of the log. */
	JOINS_WITHOUT_READING,

	/**
	 * The clock stands while the process does, so the gap between two ticks is unseen.
	 */
	CLOCK_STANDS_IN_A_PAUSE,

	/** One node's clock is slower than the drift allows. */
	SLOW_CLOCK,

	/** The reader leaves records out. */
	RECORDS_SKIPPED,

	/** A reader that was moved past records is taken to have read them. */
	HOLE_UNNOTICED,

	/** A node whose ticks are late says that it lives, and never what it has. */
	LATE_WITHOUT_CLAIMS,

	/** Journal that joining nodes still need is let go of. */
	TRIMMED_EARLY,

	/** Joining nodes are told to read less than they need. */
	HISTORY_TOO_SHORT,

	/** Nobody is expelled: the lines of dead nodes stay. */
	NOBODY_EXPELLED,

	/** A lock that its node only keeps is taken for released. */
	KEPT_IS_RELEASED,

	/** A node that cannot apply a record goes on without it, as if nothing was. */
	POISON_IGNORED,

	/** A periodic task is not repeated once something has thrown. */
	TICKS_END_WITH_AN_ERROR;

	/**
	 * Whether the tables of the nodes are to be compared with the log. Not where the
	 * tables differ because the twin reads something else: that would prove nothing.
	 */
	boolean isSeenInTables() {
		return switch (this) {
			case RECORDS_SKIPPED, HOLE_UNNOTICED, LATE_WITHOUT_CLAIMS, TRIMMED_EARLY, HISTORY_TOO_SHORT -> true;
			default -> false;
		};
	}

	/** What the violation says: somebody holds who must not, or nobody does. */
	String shows() {
		return switch (this) {
			case RECORDS_SKIPPED, HOLE_UNNOTICED, LATE_WITHOUT_CLAIMS, TRIMMED_EARLY, HISTORY_TOO_SHORT ->
				" instead of |^two hold |: token ";
			case NOBODY_EXPELLED -> " waiters| sees somebody in line";
			case EXPULSION_UNHEARD -> "^two hold |: token |before .* noticed| has not joined again";
			case TICKS_END_WITH_AN_ERROR -> " has not joined again| did not notice its loss| waiters|before .* noticed";
			default -> "^two hold |: token |before .* noticed";
		};
	}

	/** Whether something else gets into the log than was published. */
	boolean writesOtherwise() {
		return this == NO_COMPARE_AND_SET || this == EXPELLED_EARLY || this == NOBODY_EXPELLED
				|| this == KEPT_IS_RELEASED;
	}

	/** What gets into the log in place of a record. */
	JournalRecord written(JournalRecord record, LineTable table) {
		return switch (this) {
			case NO_COMPARE_AND_SET -> withoutCompare(record, table);
			case EXPELLED_EARLY -> (record instanceof Heartbeat heartbeat) ? hastened(heartbeat) : record;
			case HISTORY_TOO_SHORT -> (record instanceof Heartbeat heartbeat) ? shortened(heartbeat, table) : record;
			case KEPT_IS_RELEASED -> (record instanceof Idle idle && idle.idle())
					? new Release(idle.session(), idle.sequence(), idle.lock(), idle.ticket()) : record;
			case NOBODY_EXPELLED -> (record instanceof Expel) ? nothing(record) : record;
			default -> record;
		};
	}

	/** A record that means nothing to anybody. */
	static JournalRecord nothing(UUID session) {
		return new Idle(session, 0, "l:none", -1, true);
	}

	/** Another record in its place that says nothing, so that it is not missed. */
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
