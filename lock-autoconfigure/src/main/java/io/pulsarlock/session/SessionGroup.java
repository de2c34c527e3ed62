package io.pulsarlock.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipOccupied;
import io.pulsarlock.LeadershipRecovered;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LeadershipVacant;
import io.pulsarlock.LockException;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;
import io.pulsarlock.line.RecordBounds;
import org.jspecify.annotations.Nullable;

/**
 * A leader group: a candidate that never gives up. Leadership is a holding of the group's
 * lock, so everything that is safe about locks is safe about leaders.
 */
final class SessionGroup implements LeaderGroup {

	private static final SafeLog logger = SafeLog.of(SessionGroup.class);

	/** Later ones have no milliseconds. */
	private static final Instant LAST_FIRE_TIME = Instant.ofEpochMilli(Long.MAX_VALUE);

	private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

	private final String name;

	private final String key;

	private final Executor pool;

	private final Supplier<List<Participant>> line;

	private final Consumer<SessionGroup> leave;

	private final List<Listening> listeners = new ArrayList<>();

	/** What follows is guarded by the listeners. */
	private @Nullable Candidacy candidacy;

	private @Nullable Hold hold;

	/** What the listeners were told of the hold. */
	private @Nullable LeadershipGranted granted;

	private boolean jeopardized;

	/** Whether this node does not become leader again. */
	private boolean retiring;

	private CompletableFuture<?> leaving = CompletableFuture.completedFuture(null);

	private volatile @Nullable LeadershipGrant leading;

	private volatile @Nullable Vacancy vacancy;

	/** Whether this node is to be a candidate. */
	private volatile boolean joined;

	SessionGroup(String name, String key, Executor pool, Supplier<List<Participant>> line,
			Consumer<SessionGroup> leave) {
		this.name = name;
		this.key = key;
		this.pool = pool;
		this.line = line;
		this.leave = leave;
	}

	/** This node is to be a candidate. */
	void join() {
		this.joined = true;
	}

	/** This node is not to be a candidate any more. */
	void left() {
		this.joined = false;
	}

	boolean isJoined() {
		return this.joined;
	}

	/** Makes this node a candidate in that shard; does nothing if it is one. */
	void start(Shard shard) {
		Candidacy candidacy = new Candidacy(shard);
		synchronized (this.listeners) {
			this.retiring = false;
			if (this.candidacy != null) {
				return;
			}
			this.candidacy = candidacy;
		}
		candidacy.campaign();
		shard.loop().execute(candidacy::watch);
	}

	/**
	 * Leaves the line unless this node leads: it stays leader, and does not become leader
	 * again.
	 */
	void withdraw() {
		Candidacy candidacy;
		synchronized (this.listeners) {
			this.retiring = true;
			candidacy = this.candidacy;
			if (this.hold != null) {
				return;
			}
			this.candidacy = null;
			this.vacancy = null;
		}
		if (candidacy != null) {
			candidacy.withdraw();
		}
	}

	/**
	 * Resigns and leaves the line; completes when the listeners were told and the lock is
	 * released.
	 */
	CompletableFuture<?> stop() {
		Candidacy candidacy;
		Hold hold;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			this.candidacy = null;
			hold = this.hold;
		}
		if (candidacy != null) {
			this.vacancy = null;
			candidacy.withdraw();
		}
		stepDown(hold);
		synchronized (this.listeners) {
			return this.leaving;
		}
	}

	/**
	 * Tells the listeners, once: whoever gets to do it also sees to the next campaign.
	 * @return completes when they have been told; null if somebody else tells them
	 */
	private @Nullable CompletableFuture<?> revoke(Hold ended, Reason reason) {
		synchronized (this.listeners) {
			if (this.hold != ended) {
				return null;
			}
			this.hold = null;
			this.leading = null;
			this.granted = null;
			logger.info("This node no longer leads group '" + this.name + "'");
			Duration led = Duration.ofNanos(ended.loop().nanoTime() - ended.grantedAt());
			CompletableFuture<?> told = tell(new LeadershipRevoked(this.name, ended.token(), reason, led));
			this.leaving = told;
			return told;
		}
	}

	/** Whether the leadership can be renewed. On the loop. */
	void event(HoldEvent event) {
		synchronized (this.listeners) {
			if (this.hold == null || this.hold.token() != event.token()) {
				return;
			}
			if (event.type() == HoldEvent.Type.JEOPARDY && !this.jeopardized) {
				this.jeopardized = true;
				tell(new LeadershipJeopardized(this.name, event.token()));
			}
			else if (event.type() == HoldEvent.Type.RECOVERED && this.jeopardized) {
				this.jeopardized = false;
				tell(new LeadershipRecovered(this.name, event.token()));
			}
		}
	}

	/** Completes when all listeners have been told. With the listeners locked. */
	private CompletableFuture<?> tell(LeaderEvent event) {
		return CompletableFuture
			.allOf(this.listeners.stream().map((listening) -> listening.tell(event)).toArray(CompletableFuture[]::new));
	}

	/** What cannot be written must not end the session of whoever wants it written. */
	private static void checkClaim(String job, Instant fireTime) {
		if (job.length() > RecordBounds.MAX_JOB) {
			throw new IllegalArgumentException("The name of a job must not be longer than " + RecordBounds.MAX_JOB
					+ " characters, but this one has " + job.length() + ": " + job.substring(0, 40) + "...");
		}
		if (Names.hasUnpairedSurrogate(job)) {
			throw new IllegalArgumentException("The name of a job must not have an unpaired surrogate");
		}
		if (fireTime.isBefore(Instant.EPOCH) || fireTime.isAfter(LAST_FIRE_TIME)) {
			throw new IllegalArgumentException(
					"The fire time must be from " + Instant.EPOCH + " to " + LAST_FIRE_TIME + ", not " + fireTime);
		}
	}

	@Override
	public boolean claim(String job, Instant fireTime) throws InterruptedException {
		checkClaim(job, fireTime);
		Candidacy candidacy;
		Hold hold;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			hold = this.hold;
		}
		if (candidacy == null || hold == null || !hold.isHeld()) {
			return false;
		}
		if (candidacy.shard.isOutOfReach()) {
			throw candidacy.shard.unavailable(this.name);
		}
		try {
			return candidacy.shard.fire(this.key + ' ' + job, fireTime.toEpochMilli())
				.get(candidacy.shard.settings().reconnectGrace().toNanos(), TimeUnit.NANOSECONDS) && hold.isHeld();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof LockException failure) ? failure : candidacy.shard.unavailable(this.name);
		}
		catch (TimeoutException ex) {
			throw candidacy.shard.unavailable(this.name);
		}
	}

	@Override
	public void resign() {
		Candidacy candidacy;
		Hold hold;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			hold = this.hold;
		}
		CompletableFuture<?> released = stepDown(hold);
		if (released != null && candidacy != null) {
			released.whenComplete((none, ex) -> candidacy.campaign());
		}
	}

	@Override
	public void leave() {
		this.leave.accept(this);
	}

	/**
	 * Tells the listeners and what the leadership guards, and gives it up when they have
	 * ended.
	 * @return completes when the next candidate may lead; null if this node does not lead
	 */
	private @Nullable CompletableFuture<?> stepDown(@Nullable Hold hold) {
		CompletableFuture<?> told = (hold != null) ? revoke(hold, reasonOfTheEnd(hold)) : null;
		if (told == null || hold == null) {
			return null;
		}
		Registration listeners = hold.use();
		told.whenComplete((none, ex) -> listeners.close());
		hold.lose(Reason.RESIGNED);
		CompletableFuture<?> left = hold.left();
		synchronized (this.listeners) {
			if (this.leaving == told) {
				this.leaving = left;
			}
		}
		return left;
	}

	/** It may be over by itself already. */
	private static Reason reasonOfTheEnd(Hold hold) {
		LockLoss lost = hold.isHeld() ? null : hold.lost();
		return (lost != null) ? lost.reason() : Reason.RESIGNED;
	}

	String key() {
		return this.key;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public boolean isLeader() {
		LeadershipGrant leading = this.leading;
		return leading != null && leading.isHeld();
	}

	@Override
	public boolean isVacant() {
		Vacancy vacancy = this.vacancy;
		return vacancy != null && vacancy.isVacant();
	}

	@Override
	public boolean awaitLeader(Duration limit) throws InterruptedException {
		CompletableFuture<Boolean> answer = awaitLeaderAsync(limit);
		try {
			return answer.get();
		}
		catch (ExecutionException ex) {
			// Never happens.
			throw new IllegalStateException(ex);
		}
		finally {
			answer.cancel(false);
		}
	}

	@Override
	public CompletableFuture<Boolean> awaitLeaderAsync(Duration limit) {
		if (limit.isNegative()) {
			throw new IllegalArgumentException(
					"The wait for the leader of group '" + this.name + "' must not be negative");
		}
		Candidacy candidacy;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
		}
		if (candidacy == null || isLeader()) {
			return CompletableFuture.completedFuture(isLeader());
		}
		return candidacy.awaited.await(limit);
	}

	@Override
	public OptionalLong term() {
		LeadershipGrant leading = this.leading;
		return (leading != null && leading.isHeld()) ? OptionalLong.of(leading.term()) : OptionalLong.empty();
	}

	@Override
	public Optional<LockGrant> held() {
		LeadershipGrant leading = this.leading;
		return (leading != null && leading.isHeld()) ? Optional.of(leading) : Optional.empty();
	}

	@Override
	public Registration addListener(LeaderListener listener) {
		Listening listening = new Listening(listener);
		synchronized (this.listeners) {
			this.listeners.add(listening);
			if (this.granted != null) {
				listening.tell(this.granted);
				if (this.jeopardized) {
					listening.tell(new LeadershipJeopardized(this.name, this.granted.term()));
				}
			}
		}
		return listening;
	}

	@Override
	public List<Participant> participants() {
		try {
			return this.line.get();
		}
		catch (LockException ex) {
			return List.of();
		}
	}

	/** This node in line for the group, from a start to the next stop. */
	private final class Candidacy {

		private final Shard shard;

		private final Vacancy vacancy;

		private final AwaitedLeader awaited;

		private @Nullable Waiter waiter;

		private long campaigningSince;

		Candidacy(Shard shard) {
			this.shard = shard;
			this.vacancy = new Vacancy(SessionGroup.this.name, shard.settings(), shard.now());
			this.awaited = new AwaitedLeader(shard.loop(),
					() -> isLeader() || shard.isLedElsewhere(SessionGroup.this.key),
					() -> shard.isHeldElsewhere(SessionGroup.this.key), SessionGroup.this.pool);
		}

		/** Looks now and then whether somebody leads. On the loop. */
		void watch() {
			synchronized (SessionGroup.this.listeners) {
				if (SessionGroup.this.candidacy != this) {
					return;
				}
				SessionGroup.this.vacancy = this.vacancy;
			}
			this.shard.loop().schedule(this.shard.settings().leaseNanos() / 4, this::watch);
			// Not whoever only stands in front: after an outage that may be this node's
			// own
			// session of before.
			boolean led = isLeader() || this.shard.isLedElsewhere(SessionGroup.this.key);
			if (this.vacancy.look(led, isLeader(), this.shard.now(), this.shard::obstacle)) {
				String name = SessionGroup.this.name;
				synchronized (SessionGroup.this.listeners) {
					tell(this.vacancy.isVacant() ? new LeadershipVacant(name) : new LeadershipOccupied(name));
				}
			}
		}

		/** Takes a place in line, unless this candidacy is over. */
		void campaign() {
			Waiter waiter = new Waiter(false, null);
			synchronized (SessionGroup.this.listeners) {
				if (SessionGroup.this.candidacy != this || SessionGroup.this.retiring) {
					return;
				}
				this.waiter = waiter;
				this.campaigningSince = this.shard.now();
			}
			waiter.granted.whenComplete((hold, ex) -> {
				if (hold != null) {
					granted(hold);
				}
				else {
					this.shard.loop().schedule(RETRY, this::campaign);
				}
			});
			this.shard.acquire(SessionGroup.this.key, SessionGroup.this.name, LockKind.LEADERSHIP, waiter);
		}

		private void granted(Hold hold) {
			if (!lead(hold)) {
				hold.close();
				return;
			}
			hold.onLost((lost) -> {
				if (revoke(hold, lost.reason()) != null) {
					campaign();
				}
			});
		}

		private boolean lead(Hold hold) {
			synchronized (SessionGroup.this.listeners) {
				if (SessionGroup.this.candidacy != this) {
					return false;
				}
				SessionGroup.this.hold = hold;
				SessionGroup.this.leading = new LeadershipGrant(hold);
				logger.info("This node leads group '" + SessionGroup.this.name + "'");
				SessionGroup.this.jeopardized = false;
				Duration waited = Duration.ofNanos(Math.max(hold.grantedAt() - this.campaigningSince, 0));
				LeadershipGranted granted = new LeadershipGranted(SessionGroup.this.name, hold.token(), waited);
				SessionGroup.this.granted = granted;
				tell(granted);
				return true;
			}
		}

		/** Leaves the line. */
		void withdraw() {
			this.awaited.end();
			Waiter waiter;
			synchronized (SessionGroup.this.listeners) {
				waiter = this.waiter;
			}
			if (waiter != null && waiter.granted.cancel(false)) {
				this.shard.givenUp(SessionGroup.this.key);
			}
		}

	}

	/** A listener with its own queue, so that a slow one delays only itself. */
	private final class Listening implements Registration {

		private final Serial serial = new Serial(SessionGroup.this.pool);

		private volatile @Nullable LeaderListener listener;

		Listening(LeaderListener listener) {
			this.listener = listener;
		}

		CompletableFuture<Void> tell(LeaderEvent event) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			this.serial.execute(() -> {
				try {
					LeaderListener listener = this.listener;
					if (listener != null) {
						listener.onEvent(event);
					}
				}
				finally {
					done.complete(null);
				}
			});
			return done;
		}

		@Override
		public void close() {
			this.listener = null;
			synchronized (SessionGroup.this.listeners) {
				SessionGroup.this.listeners.remove(this);
			}
		}

	}

}
