package io.pulsarlock.session;

import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * What one session waits for before it may grant anything: to have caught up, to know
 * every session that may hold something (rules 7 and 8 of the protocol), and the end of
 * all sessions whose records cannot be applied (rule 9) or that disagree (rule 10). On
 * the loop.
 */
final class JoinGate {

	private final SessionSettings settings;

	private final LineTable table;

	private final SessionLife life;

	private final LedgerGuard ledgers;

	private final Judge judge;

	private final Listener listener;

	private final JoinProgress progress;

	private final Outsiders outsiders;

	private final Strangers strangers;

	/** Only in the shard that decides. */
	private final @Nullable Dissenters dissenters;

	private final Runnable opened;

	private final long openedAt;

	/**
	 * Creates it.
	 * @param decides whether the session decides whether its node agrees with the cluster
	 * @param opened is run when the session has joined
	 */
	JoinGate(SessionSettings settings, LineTable table, SessionLife life, LedgerGuard ledgers, Judge judge,
			boolean decides, Listener listener, Runnable opened, long now) {
		this.settings = settings;
		this.table = table;
		this.life = life;
		this.ledgers = ledgers;
		this.judge = judge;
		this.listener = listener;
		this.progress = new JoinProgress(settings.leaseNanos(), now);
		this.outsiders = new Outsiders(table, life.id());
		this.strangers = new Strangers(settings);
		this.dissenters = decides ? new Dissenters(settings, table, life.id()) : null;
		this.opened = opened;
		this.openedAt = now;
	}

	/** An own record is persistent. */
	void written(Position position, long now) {
		this.progress.written(position, now);
	}

	/** A position was read. */
	void read(Position position, long now) {
		this.progress.applied(position, now);
	}

	/** Whether a record counts for nothing, because it cannot be verified. */
	boolean isPassed(Position position, Unverified record, long now) {
		return this.strangers.isPassed(position, record, now);
	}

	/** Joining nodes need nothing up to there. */
	void unneeded(Position history) {
		this.strangers.unneeded(history);
	}

	/** Another session was expelled, whose latest record was received then. */
	void expelled(SessionState session, long heardAt) {
		if (this.dissenters != null) {
			this.dissenters.expelled(session, heardAt);
		}
	}

	/** What is to be done about a record of another session that counts. */
	Dissenters.Answer heard(JournalRecord record) {
		return (this.dissenters != null) ? this.dissenters.heard(record, this.life.isActive())
				: Dissenters.Answer.NOTHING;
	}

	/** Why this session gives way to one that disagrees. */
	LockException refusal(UUID other) {
		if (this.dissenters == null) {
			throw new IllegalStateException("Only shard 0 decides on agreement");
		}
		return this.dissenters.refusal(other);
	}

	/**
	 * Whether this session may go on, now that it has read a record of its own.
	 * @param confirmed whether it is confirmed without that record
	 */
	boolean mayGoOn(boolean confirmed, long now) {
		return this.strangers.mayGoOn(confirmed, now);
	}

	/** An own record that was sent then has been applied and accepted. */
	void confirmed(long sentAt, long now) {
		this.strangers.readUpTo(sentAt);
		this.progress.accepted(now);
	}

	/** Says what is waited for, if an own record has shown that something is. */
	void sayObstacle(long now) {
		if (!this.ledgers.isSettled(now)) {
			this.listener.hasLost(this.ledgers.gap());
		}
		else if (!this.strangers.isOutwaited(now)) {
			this.listener.failed(this.strangers.obstacle(now));
		}
		else {
			LockConfigurationException obstacle = tokenObstacle();
			if (obstacle != null) {
				this.listener.failed(obstacle);
			}
		}
	}

	/** Why tokens that are given here would not be larger than earlier ones, or null. */
	private @Nullable LockConfigurationException tokenObstacle() {
		Position own = this.table.applied();
		if (LedgerGuard.goesBack(this.listener.known(), own)) {
			return new LockConfigurationException("The journal has gone back from " + this.listener.known() + " to "
					+ own + ": the Pulsar client of node '" + PrintedNames.text(this.settings.node())
					+ "' has been redirected to another Pulsar cluster, or the cluster was restored from a backup."
					+ " Fencing tokens would become smaller. Stop all nodes, and start them with"
					+ " pulsar-lock.fencing.token-floor=" + this.listener.highestToken() + " or more");
		}
		if (!own.hasToken(this.settings.tokenFloor())) {
			return new LockConfigurationException("The fencing tokens of this lock cluster are used up: ledger "
					+ own.ledgerId() + " of its journal and pulsar-lock.fencing.token-floor="
					+ this.settings.tokenFloor() + " together do not fit into 63 bits. Set a smaller floor, which must"
					+ " still be larger than every token that a resource has seen, on all nodes");
		}
		return null;
	}

	/**
	 * Checks whether the record at a place may be skipped.
	 * @throws LockOperationRefusedException if it is of a session whose records cannot be
	 * applied, so that it is unknown what it holds
	 */
	void checkSkip(Position skipped) {
		for (SessionState other : this.outsiders.present()) {
			if (other.latest().equals(skipped)) {
				throw new LockOperationRefusedException("It is unknown what the writer of that record holds, so it"
						+ " cannot be skipped, and need not be. " + this.outsiders.obstacle(other).getMessage());
			}
		}
	}

	/**
	 * Waits for the sessions that must end before, and expels them when they are silent.
	 */
	void tick(long now) {
		if (hasCaughtUp()) {
			outwaitOutsiders(now);
			outwaitDissenters(now);
		}
		openIfDue(now);
	}

	private void outwaitOutsiders(long now) {
		List<SessionState> others = this.outsiders.present();
		if (!others.isEmpty()) {
			this.listener.failed(this.outsiders.obstacle(others.get(0)));
			others.forEach((other) -> this.judge.judge(other, now));
		}
	}

	private void outwaitDissenters(long now) {
		if (this.dissenters == null) {
			return;
		}
		List<SessionState> silent = this.dissenters.present();
		silent.forEach((other) -> this.judge.judge(other, now));
		if (!silent.isEmpty() && now - this.openedAt > this.settings.heartbeatNanos()) {
			this.listener.waitsFor(this.dissenters.silence(silent.get(0)));
		}
	}

	/** Whether no own record comes nearer to being read. */
	boolean isStuck(long now) {
		return this.progress.isStuck(now);
	}

	/** Whether an own record has shown everything before it. */
	boolean hasCaughtUp() {
		return this.table.session(this.life.id()) != null;
	}

	/**
	 * Ends the joining if nothing is waited for any more. After a long catch-up the
	 * opening record has run out; a later heartbeat opens.
	 */
	void openIfDue(long now) {
		if (this.life.isJoining() && hasCaughtUp() && this.life.lease().confirmedFor(now) > 0
				&& now - this.listener.settledAt() >= 0 && this.ledgers.isSettled(now)
				&& this.strangers.isOutwaited(now) && this.outsiders.present().isEmpty() && tokenObstacle() == null
				&& (this.dissenters == null || this.dissenters.haveEnded(now))) {
			this.table.seal();
			this.life.join();
			this.opened.run();
		}
	}

	/** Hears of what is waited for. On the loop. */
	interface Listener {

		/** What earlier sessions of this node have applied last. */
		Position known();

		/** No token that was given while this node was there, in any shard, is larger. */
		long highestToken();

		/** From when on the journal has shown all live sessions to a node that joins. */
		long settledAt();

		/** The journal has lost records before that position. */
		void hasLost(Position before);

		/** Joining waits for something. */
		void waitsFor(LockUnavailableException what);

		/** Something went wrong that callers should hear of. */
		void failed(LockException failure);

	}

}
