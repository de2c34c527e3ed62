package io.pulsarlock.line;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Skip;

/**
 * The values a record may have. They are checked before a record is written, so that a
 * caller that exceeds one gets an exception, and when it is read, so that a forged or
 * mistaken record cannot keep locks for longer than any node's settings allow.
 *
 * @since 0.2.0
 */
public final class RecordBounds {

	/** The longest name of a node. */
	public static final int MAX_NODE = 512;

	/** The longest key of a lock: a letter, a colon and its name. */
	public static final int MAX_KEY = 2 + 512;

	/** The longest name of a job. */
	public static final int MAX_JOB = 1024;

	/** A job is known by the key of its group, a space and its name. */
	private static final int MAX_JOB_KEY = MAX_KEY + 1 + MAX_JOB;

	static final int MAX_TEXT_BYTES = 3 * MAX_JOB_KEY;

	/** The shortest lease. */
	public static final long MIN_LEASE_MILLIS = 100;

	/** The longest lease, and so the longest time for which a record keeps anything. */
	public static final long MAX_LEASE_MILLIS = 3_600_000;

	/** The longest rest of a lock: one day. */
	public static final long MAX_REST_MILLIS = 86_400_000;

	/** The shortest grace. */
	public static final long MIN_GRACE_MILLIS = 40;

	/** The largest number of shards. */
	public static final int MAX_SHARDS = 1024;

	/** The largest number of permits of a lock. */
	public static final int MAX_PERMITS = 1_000_000;

	/** The largest token floor: half of all tokens stay above it. */
	public static final long MAX_TOKEN_FLOOR = Long.MAX_VALUE / 2;

	private RecordBounds() {
	}

	/**
	 * Checks a record.
	 * @param record the record
	 * @throws IllegalArgumentException if no node may write it
	 */
	static void check(JournalRecord record) {
		number("sequence", record.sequence());
		if (record instanceof Heartbeat heartbeat) {
			heartbeat(heartbeat);
		}
		else if (record instanceof Request request) {
			key(request.lock());
		}
		else if (record instanceof Release release) {
			key(release.lock());
			number("ticket", release.ticket());
		}
		else if (record instanceof Downgrade downgrade) {
			key(downgrade.lock());
			number("ticket", downgrade.ticket());
		}
		else if (record instanceof Expel expel) {
			number("last number seen", expel.lastSeen());
			number("ledger", expel.ledger());
		}
		else if (record instanceof Bye bye) {
			number("number of records written", bye.written());
			require(bye.written() <= bye.sequence(), "more records written than there are");
		}
		else if (record instanceof Fire fire) {
			text("job", fire.job(), MAX_JOB_KEY);
			number("fire time", fire.fireTime());
		}
		else if (record instanceof Forget forget) {
			text("job", forget.job(), MAX_JOB_KEY);
		}
		else if (record instanceof Idle idle) {
			key(idle.lock());
			number("ticket", idle.ticket());
		}
		else if (record instanceof Rest rest) {
			key(rest.lock());
			rest(rest.millis());
		}
		else if (record instanceof Resting resting) {
			for (Remaining each : resting.rests()) {
				key(each.lock());
				require(!each.place().equals(Position.NONE), "a rest without a place");
				position(each.place());
				rest(each.millis());
			}
		}
		else if (record instanceof Revoke revoke) {
			key(revoke.lock());
			require(!revoke.place().equals(Position.NONE), "a revocation without a place");
			position(revoke.place());
		}
		else if (record instanceof Skip skip) {
			require(!skip.skipped().equals(Position.NONE), "a skip without a place");
			position(skip.skipped());
		}
		else if (record instanceof Outsider other && other.node() != null) {
			text("node", other.node(), MAX_NODE);
			lease(other.leaseMillis());
		}
	}

	private static void heartbeat(Heartbeat heartbeat) {
		SessionInfo info = heartbeat.info();
		text("node", info.node(), MAX_NODE);
		lease(info.leaseMillis());
		if (info.graceMillis() < MIN_GRACE_MILLIS || info.graceMillis() > info.leaseMillis()) {
			throw invalid("grace of " + info.graceMillis() + " ms");
		}
		if (info.shards() < 1 || info.shards() > MAX_SHARDS) {
			throw invalid(info.shards() + " shards");
		}
		if (info.tokenFloor() < 0 || info.tokenFloor() > MAX_TOKEN_FLOOR) {
			throw invalid("token floor " + info.tokenFloor());
		}
		number("place for hints", info.hints());
		position(heartbeat.history());
		position(heartbeat.from());
		position(heartbeat.upTo());
		for (Claim claim : heartbeat.claims()) {
			key(claim.lock());
			number("ticket", claim.ticket());
			require(!claim.position().equals(Position.NONE), "a claim without a place");
			position(claim.position());
			require(claim.position().isAfter(heartbeat.from()) && !claim.position().isAfter(heartbeat.upTo()),
					"a claim of a place outside the claimed range");
		}
	}

	/**
	 * Whether a record may stand at a place: no session knows places of the log that are
	 * still to come.
	 */
	static boolean mayStandAt(Position place, JournalRecord record) {
		if (record instanceof Skip skip) {
			return place.isAfter(skip.skipped());
		}
		if (record instanceof Revoke revoke) {
			return place.isAfter(revoke.place());
		}
		if (record instanceof Resting resting) {
			return resting.rests().stream().allMatch((each) -> place.isAfter(each.place()));
		}
		return !(record instanceof Heartbeat heartbeat)
				|| (place.isAfter(heartbeat.history()) && place.isAfter(heartbeat.upTo()));
	}

	private static void key(String key) {
		text("key", key, MAX_KEY);
	}

	private static void lease(long millis) {
		if (millis < MIN_LEASE_MILLIS || millis > MAX_LEASE_MILLIS) {
			throw invalid("lease of " + millis + " ms");
		}
	}

	private static void rest(long millis) {
		if (millis < 0 || millis > MAX_REST_MILLIS) {
			throw invalid("rest of " + millis + " ms");
		}
	}

	private static void text(String what, String text, int limit) {
		if (text.length() > limit) {
			throw invalid(what + " of " + text.length() + " characters");
		}
	}

	private static void number(String what, long number) {
		if (number < 0) {
			throw invalid(what + " " + number);
		}
	}

	private static void position(Position position) {
		if (!position.equals(Position.NONE) && !position.hasToken()) {
			throw invalid("position " + position);
		}
	}

	private static void require(boolean condition, String problem) {
		if (!condition) {
			throw invalid(problem);
		}
	}

	/** Made when it is needed: each record is checked, on every node. */
	private static IllegalArgumentException invalid(String problem) {
		return new IllegalArgumentException("a record with a value that no node writes: " + problem);
	}

}
