package io.pulsarlock.session;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * One node in one shard: its sessions, the locks it has to do with, and what is asked of
 * them. Everything runs on the loop unless said otherwise.
 */
final class Shard {

	private final int index;

	private final SessionSettings settings;

	private final Loop loop;

	private final Executor callbacks;

	private final ShardHints hints;

	private final LocalLocks locks;

	private final ShardStatus status;

	private final SessionKeeper sessions;

	private final ShardAdministration administration;

	private final Arrivals arrivals;

	/** Whether the cluster was in touch at the latest tick. */
	private boolean inTouch;

	/** Whether the node stops: nothing is granted any more. */
	private boolean stopping;

	/**
	 * Creates it.
	 * @param bare the loop that runs tasks without telling this shard what they throw
	 */
	Shard(int index, SessionSettings settings, Loop bare, Connector connector, Executor callbacks,
			Consumer<HoldEvent> events, Supplier<UUID> ids, ClusterAgreement agreement, Availability availability) {
		this.index = index;
		this.settings = settings;
		this.loop = new ShardLoop(bare, this::broken);
		this.callbacks = new PatientExecutor(callbacks, this.loop);
		HintChannel channel = connector.hints();
		this.hints = new ShardHints(index, channel);
		this.locks = new LocalLocks(settings, this.loop, this.callbacks, events,
				new HandOver(this.loop, settings.graceNanos()), this.hints, this::activeSession);
		channel.listen(index, (hint) -> this.loop.execute(() -> this.locks.hinted(hint)));
		this.status = new ShardStatus(index, settings, agreement, () -> activeSession() != null, now());
		this.sessions = new SessionKeeper(index, settings, this.loop, connector, ids, this.locks, this.status,
				agreement, availability);
		this.administration = new ShardAdministration(this.locks, this.status, this.sessions);
		this.arrivals = new Arrivals(this.loop, this.status::closed);
	}

	/** Starts to join. Any thread. */
	void start() {
		this.sessions.start();
		this.loop.every(this.settings.tickNanos(), this::tick);
	}

	private void broken(Throwable failure) {
		this.sessions.broken(failure);
	}

	private void tick() {
		long now = now();
		Session session = this.sessions.tick(now);
		if (session != null) {
			if (session.isInTouch(now) != this.inTouch) {
				this.inTouch = !this.inTouch;
				this.locks.evaluateAll();
			}
			this.locks.tick(now);
		}
	}

	/** Takes a place in a lock's line, or the lock if it is kept here. Any thread. */
	void acquire(String key, String name, LockKind kind, Waiter waiter) {
		KeptLock kept = waiter.share.isExclusive() ? this.locks.offered(key) : null;
		waiter.since = now();
		if (kept != null && kept.take(waiter, waiter.since)) {
			if (kept.isRunningOut()) {
				givenUp(key);
			}
			return;
		}
		this.arrivals.arrive(waiter.granted, () -> {
			LockException failure = failure();
			if (this.sessions.isClosed() || this.stopping) {
				waiter.granted.completeExceptionally(this.status.closed());
			}
			else if (failure instanceof LockConfigurationException) {
				waiter.granted.completeExceptionally(failure);
			}
			else {
				this.locks.add(key, name, kind, waiter);
			}
		});
	}

	/** A waiter has given up. Any thread. */
	void givenUp(String key) {
		this.loop.execute(() -> this.locks.evaluate(key));
	}

	/** Claims a fire time of a job. Any thread. */
	CompletableFuture<Boolean> fire(String job, long fireTime) {
		CompletableFuture<Boolean> claim = new CompletableFuture<>();
		this.arrivals.arriveOnce(claim, () -> {
			Session session = activeSession();
			if (session == null) {
				claim.completeExceptionally(unavailable(job));
			}
			else {
				session.fire(job, fireTime, claim);
			}
		});
		return claim;
	}

	/**
	 * Forgets what was claimed for a job, in the whole cluster. Any thread.
	 * @return completes with whether there was something, as soon as this node has read
	 * it
	 */
	CompletableFuture<Boolean> forget(String job) {
		CompletableFuture<Boolean> forgotten = new CompletableFuture<>();
		this.arrivals.arriveOnce(forgotten, () -> {
			Session session = activeSession();
			if (session == null || !session.isInTouch(now())) {
				forgotten.completeExceptionally(outOfTouch());
			}
			else {
				session.forget(job, forgotten);
			}
		});
		return forgotten;
	}

	/**
	 * Takes a lock or leadership from its holder on whatever node. Any thread.
	 * @param what the lock or group, for a message
	 * @return completes with false if it is neither held nor awaited
	 */
	CompletableFuture<Boolean> takeAway(String key, String what) {
		CompletableFuture<Boolean> gone = new CompletableFuture<>();
		this.arrivals.arriveOnce(gone, () -> this.administration.takeAway(key, what, gone));
		return gone;
	}

	/**
	 * Ends the rest of a lock, in the whole cluster. Any thread.
	 * @return completes with whether it rests, as soon as this node has read it
	 */
	CompletableFuture<Boolean> endRest(String key) {
		CompletableFuture<Boolean> ended = new CompletableFuture<>();
		this.arrivals.arriveOnce(ended, () -> this.administration.endRest(key, ended));
		return ended;
	}

	/** Why locks cannot be asked for; for an exception's message. Any thread. */
	LockException unavailable(String name) {
		return this.status.unavailable(name);
	}

	/** Why nothing can be said of the whole shard. Any thread. */
	LockException outOfTouch() {
		return this.status.outOfTouch();
	}

	/**
	 * Whether this node has known for longer than the reconnect grace that it is out of
	 * touch, so that a caller that does not wait need not wait for an answer either. Any
	 * thread.
	 */
	boolean isOutOfReach() {
		return this.status.isOutOfReach(now());
	}

	/** Whether the cluster is in reach. Any thread. */
	boolean isConfirmed() {
		return this.sessions.isConfirmed() && !this.status.hasFailed();
	}

	/**
	 * Refuses every caller from now on and gives up everything that is held, each as soon
	 * as what it guards has ended or has had its time. Any thread.
	 * @return completes when nothing is held any more
	 */
	CompletableFuture<Void> vacate() {
		return ask(() -> {
			this.stopping = true;
			this.locks.fail(this.status::closed);
			return CompletableFuture.allOf(this.locks.vacate().toArray(CompletableFuture[]::new));
		});
	}

	/** Loses everything, says goodbye and ends. Any thread. */
	CompletableFuture<Void> close() {
		return ask(this::closed);
	}

	/**
	 * Runs something on the loop.
	 * @return completes when that is done, or exceptionally if it has not begun
	 */
	private CompletableFuture<Void> ask(Supplier<? extends CompletionStage<?>> task) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.loop.execute(() -> {
			try {
				task.get().whenComplete((none, ex) -> done.complete(null));
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
				throw ex;
			}
		});
		return done;
	}

	private CompletionStage<?> closed() {
		this.sessions.close();
		this.locks.fail(this.status::closed);
		this.locks.sessionEnded(Reason.NODE_STOPPED);
		this.locks.clear();
		return this.sessions.end();
	}

	/** The loop has ended: what it was still to do is not done any more. Any thread. */
	void ended() {
		this.arrivals.end();
	}

	LockStatistics statistics() {
		Session session = activeSession();
		PastSessions past = this.sessions.past();
		LockStatistics.Builder statistics = LockStatistics.builder()
			.held(this.locks.held())
			.waiting(this.locks.waiting())
			.skipped(this.sessions.skipped())
			.grants(this.hints.grants())
			.hintedGrants(this.hints.hintedGrants())
			.hints(this.hints.isOn());
		if (session == null) {
			return statistics.requests(past.requests())
				.releases(past.releases())
				.highestToken(past.highestToken())
				.build();
		}
		return statistics.confirmed(isConfirmed())
			.sessions(1)
			.silence(Duration.ofNanos(session.lease().silentFor(now())))
			.unread(session.unread())
			.requests(past.requests() + session.requests())
			.releases(past.releases() + session.releases())
			.highestToken(Math.max(past.highestToken(), session.highestToken()))
			.build();
	}

	/**
	 * Completes when this shard has joined, at once if it has, or exceptionally when it
	 * is refused the next time. Any thread.
	 */
	CompletableFuture<Void> joined() {
		return this.sessions.joined();
	}

	@Nullable Session activeSession() {
		return this.sessions.active();
	}

	/** Whether a session of another node is in front of a line, as far as is known. */
	boolean isHeldElsewhere(String key) {
		Session session = activeSession();
		if (session == null || !session.isConfirmed()) {
			return false;
		}
		Ticket front = session.table().front(key);
		return front != null && !front.session().equals(session.id());
	}

	/**
	 * Whether that session has also been heard of since this one came to the cluster, so
	 * that it lives.
	 */
	boolean isLedElsewhere(String key) {
		Session session = activeSession();
		if (session == null || !isHeldElsewhere(key)) {
			return false;
		}
		Ticket front = session.table().front(key);
		SessionState leader = (front != null) ? session.table().session(front.session()) : null;
		return leader != null && session.isLive(leader.latest());
	}

	/** Why a lock is not granted to this node, as far as is known. Any thread. */
	String obstacle() {
		LockException failure = failure();
		if (failure != null) {
			return String.valueOf(failure.getMessage());
		}
		return isConfirmed() ? "this node is next in line and has not been granted the leadership yet"
				: "no answer from the cluster";
	}

	/** What is wrong here, or what keeps the whole node from joining. Any thread. */
	@Nullable LockException failure() {
		return this.status.failure();
	}

	/** What a person may order. */
	ShardAdministration administration() {
		return this.administration;
	}

	SessionKeeper sessions() {
		return this.sessions;
	}

	LocalLocks locks() {
		return this.locks;
	}

	long now() {
		return this.loop.nanoTime();
	}

	int index() {
		return this.index;
	}

	Loop loop() {
		return this.loop;
	}

	Executor callbacks() {
		return this.callbacks;
	}

	SessionSettings settings() {
		return this.settings;
	}

}
