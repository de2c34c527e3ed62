package io.pulsarlock.session;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session of one node alive in one shard, one after the other if need be. On the
 * loop, unless said otherwise.
 */
final class SessionKeeper implements SessionListener, JournalOpening.Listener {

	private static final SafeLog logger = SafeLog.of(SessionKeeper.class);

	private final int index;

	private final SessionSettings settings;

	private final Loop loop;

	private final JournalOpening opening;

	private final HintChannel hints;

	private final Supplier<UUID> ids;

	private final Locks locks;

	private final ShardStatus status;

	private final ShardAgreement agreement;

	private final Availability availability;

	private final PastSessions past;

	private final Joining joining = new Joining();

	private final SkippedMessages skipped;

	private final LeftOutRecords leftOut;

	private final PoisonRecords poison;

	private final Rests rests = new Rests();

	private volatile @Nullable Session session;

	/** A session whose end is not complete. */
	private @Nullable SessionEnding ending;

	private boolean closed;

	SessionKeeper(int index, SessionSettings settings, Loop loop, Connector connector, Supplier<UUID> ids, Locks locks,
			ShardStatus status, ClusterAgreement agreement, Availability availability) {
		this.index = index;
		this.settings = settings;
		this.loop = loop;
		this.opening = new JournalOpening(index, loop, connector, this);
		this.hints = connector.hints();
		this.ids = ids;
		this.locks = locks;
		this.status = status;
		this.agreement = new ShardAgreement(index, loop, agreement, this.opening::tryNow, this::refused);
		this.availability = availability;
		this.past = new PastSessions(loop.nanoTime());
		this.skipped = new SkippedMessages(index);
		this.leftOut = new LeftOutRecords(index, settings.node());
		this.poison = new PoisonRecords(index, settings);
	}

	/** Starts to join. Any thread. */
	void start() {
		this.agreement.start();
		this.loop.execute(this.opening::tryNow);
	}

	/** The deciding shard says that this node cannot join. */
	private void refused(LockConfigurationException refusal) {
		if (active() == null) {
			this.locks.fail(() -> refusal);
		}
	}

	/**
	 * A task has thrown an unexpected exception, so what it was doing may be half done.
	 * The session ends, which undoes all of it, and the next one begins with what the
	 * journal says.
	 */
	void broken(Throwable failure) {
		Session session = this.session;
		if (session != null) {
			// At once and whatever fails now: nothing of it counts any more.
			session.lease().end(Reason.NO_ANSWER);
		}
		logger.error("A task of the lock session failed: the session ends, and the shard joins again", failure);
		try {
			if (session != null) {
				end(session, Reason.NO_ANSWER);
			}
			else if (this.ending == null) {
				this.opening.forget();
				this.opening.tryLater();
			}
		}
		catch (Throwable ex) {
			logger.error("The lock session could not be ended; the next tick tries again", ex);
		}
	}

	/**
	 * Looks after the session. Nothing it calls may keep the next tick from coming, nor
	 * leave an end half done.
	 * @return the session if locks can be asked for by it
	 */
	@Nullable Session tick(long now) {
		if (this.closed) {
			return null;
		}
		complete();
		Session session = this.session;
		if (session == null) {
			if (this.ending == null && !this.opening.isUnderWay()) {
				this.opening.tryLater();
			}
			return null;
		}
		if (session.lease().isOver()) {
			end(session, session.lease().reason());
			return null;
		}
		if (session.isInTouch(now)) {
			this.status.reached(now);
		}
		session.tick(now);
		return (session == this.session && session.isActive()) ? session : null;
	}

	@Override
	public boolean isWanted() {
		return this.agreement.mayOpen() && !this.closed && this.session == null;
	}

	@Override
	public boolean opened(Journal journal) {
		if (this.closed) {
			return false;
		}
		boolean made = false;
		try {
			Session session = new Session(this, this.locks, this.settings, this.loop, journal, this.poison, this.rests,
					this.ids.get(), this.agreement.anchor(), this.hints::address);
			made = true;
			this.session = session;
			session.start();
			return true;
		}
		finally {
			if (!made) {
				journal.close();
			}
		}
	}

	@Override
	public void notOpened(LockException failure) {
		failed(failure);
	}

	@Override
	public void activated() {
		logger.debug("Shard " + this.index + " joined");
		long now = this.loop.nanoTime();
		this.status.joined(now);
		this.availability.joined(this.index, now);
		this.opening.joined();
		this.joining.joined();
		Session session = this.session;
		if (session != null) {
			this.agreement.joined(session.lease());
		}
		this.locks.evaluateAll();
	}

	@Override
	public Position known() {
		return this.past.known();
	}

	@Override
	public long highestToken() {
		return this.agreement.highestToken();
	}

	@Override
	public long settledAt() {
		return this.past.settledAt();
	}

	@Override
	public void settle(long longestLease) {
		this.past.settle(this.loop.nanoTime() + 2 * longestLease);
	}

	@Override
	public void hasLost(Position before) {
		failed(this.status.lostBefore(before));
	}

	@Override
	public void notWritten(@Nullable Throwable cause) {
		failed(this.status.notWritten(cause));
	}

	@Override
	public void leftOut(JournalReader.Hole hole) {
		this.leftOut.note(hole);
	}

	@Override
	public void skipped(Position position, SkipCause cause) {
		this.skipped.note(position, cause, this.loop.nanoTime());
	}

	@Override
	public void failed(LockException failure) {
		this.availability.failed(failure, this.loop.nanoTime());
		this.status.failed(failure);
		if (failure instanceof LockConfigurationException) {
			this.joining.refused(failure);
			this.locks.fail(() -> failure);
		}
		this.agreement.failed(failure);
	}

	/**
	 * Says what joining waits for, unless this node is refused for a reason that is not
	 * known to be over.
	 */
	@Override
	public void waitsFor(LockUnavailableException what) {
		if (!this.status.isRefused()) {
			failed(what);
		}
	}

	@Override
	public LockException unavailable(String name) {
		return this.status.unavailable(name);
	}

	@Override
	public LockException outOfTouch() {
		return this.status.outOfTouch();
	}

	@Override
	public void ended(UUID id, Reason reason) {
		Session session = this.session;
		if (session != null && session.id().equals(id)) {
			end(session, reason);
		}
	}

	/** The session is over; join anew under another id. */
	private void end(Session session, Reason reason) {
		if (session.isActive() && reason != Reason.NODE_STOPPED) {
			logger.debug("Session " + session.id() + " in shard " + this.index + " has ended (" + reason + ")");
			this.availability.sessionLost(this.index, reason, this.loop.nanoTime());
		}
		if (!session.isSettled()) {
			// The next session does not know from whom this one had still to hear.
			settle(session.longestLease());
		}
		this.ending = new SessionEnding(session, reason);
		this.session = null;
		this.joining.left();
		complete();
	}

	/**
	 * Ends what is to be ended; whatever throws is left for the next tick. Nothing new
	 * begins before that.
	 */
	private void complete() {
		SessionEnding ending = this.ending;
		if (ending != null && ending.complete(this.locks.sessionEnded(ending.reason()), this.past)) {
			this.ending = null;
			this.agreement.given(this.past.highestToken());
			this.opening.tryLater();
		}
	}

	/** No session follows the present one. */
	void close() {
		this.closed = true;
		complete();
	}

	/**
	 * Ends the last session, when nothing is held by it any more.
	 * @return completes when its journal is closed
	 */
	CompletionStage<?> end() {
		Session session = this.session;
		this.session = null;
		return (session != null) ? session.end(Reason.NODE_STOPPED) : CompletableFuture.completedFuture(null);
	}

	boolean isClosed() {
		return this.closed;
	}

	/** Whether the session is confirmed. Any thread. */
	boolean isConfirmed() {
		Session session = this.session;
		return session != null && session.isConfirmed();
	}

	/** The session by which locks can be asked for. Any thread. */
	@Nullable Session active() {
		Session session = this.session;
		return (session != null && session.isActive()) ? session : null;
	}

	/** The present session, whether it has joined or not. Any thread. */
	@Nullable Session current() {
		return this.session;
	}

	/** Whether this shard has joined. Any thread. */
	CompletableFuture<Void> joined() {
		return this.joining.future();
	}

	/** The sessions before. */
	PastSessions past() {
		return this.past;
	}

	/** How many messages of the journal are no records. */
	long skipped() {
		return this.skipped.count();
	}

	/** What depends on sessions. On the loop. */
	interface Locks extends LineListener {

		/**
		 * The session is over.
		 * @return what one of the locks has thrown, or null
		 */
		@Nullable Throwable sessionEnded(Reason reason);

		/** No caller gets what it waits for. */
		void fail(Supplier<? extends LockException> failure);

	}

}
