package io.pulsarlock.session;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.Participant;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;

/**
 * A leader group: a candidate that never gives up. Leadership is a holding of the group's
 * lock, so everything that is safe about locks is safe about leaders.
 */
final class SessionGroup implements LeaderGroup, Candidacy.Listener {

	private static final SafeLog logger = SafeLog.of(SessionGroup.class);

	private final String name;

	private final String key;

	private final Executor pool;

	private final Supplier<List<Participant>> line;

	private final Consumer<SessionGroup> leave;

	/** Guards what follows. */
	private final LeaderListeners listeners;

	private volatile @Nullable Candidacy candidacy;

	/** While this node leads. */
	private volatile @Nullable LeaderTerm term;

	private CompletableFuture<?> leaving = CompletableFuture.completedFuture(null);

	/** Whether this node is to be a candidate. */
	private volatile boolean joined;

	SessionGroup(String name, String key, Executor pool, Supplier<List<Participant>> line,
			Consumer<SessionGroup> leave) {
		this.name = name;
		this.key = key;
		this.pool = pool;
		this.line = line;
		this.leave = leave;
		this.listeners = new LeaderListeners(pool);
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
		Candidacy candidacy = new Candidacy(this.name, this.key, shard, this.pool, this);
		synchronized (this.listeners) {
			if (this.candidacy != null) {
				this.candidacy.resume();
				return;
			}
			this.candidacy = candidacy;
		}
		candidacy.start();
	}

	/**
	 * Leaves the line unless this node leads: it stays leader, and does not become leader
	 * again.
	 */
	void withdraw() {
		Candidacy candidacy;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			if (candidacy == null) {
				return;
			}
			candidacy.retire();
			if (this.term != null) {
				return;
			}
			this.candidacy = null;
		}
		candidacy.withdraw();
	}

	/**
	 * Resigns and leaves the line; completes when the listeners were told and the lock is
	 * released.
	 */
	CompletableFuture<?> stop() {
		Candidacy candidacy;
		LeaderTerm term;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			this.candidacy = null;
			term = this.term;
		}
		if (candidacy != null) {
			candidacy.withdraw();
		}
		stepDown(term);
		synchronized (this.listeners) {
			return this.leaving;
		}
	}

	@Override
	public boolean granted(Candidacy candidacy, Hold hold, Duration waited) {
		synchronized (this.listeners) {
			if (this.candidacy != candidacy) {
				return false;
			}
			LeaderTerm term = new LeaderTerm(hold, new LeadershipGranted(this.name, hold.token(), waited));
			this.term = term;
			hold.resignBy(this::resign);
			logger.info("This node leads group '" + PrintedNames.text(this.name) + "'");
			this.listeners.tell(term.granted());
			return true;
		}
	}

	@Override
	public boolean lost(Hold hold, Reason reason) {
		return revoke(hold, reason) != null;
	}

	/**
	 * Notifies the listeners exactly once; the caller that wins starts the next campaign.
	 * @return completes when they have been told; null if another caller notifies them
	 */
	private @Nullable CompletableFuture<?> revoke(Hold ended, Reason reason) {
		synchronized (this.listeners) {
			if (this.term == null || this.term.hold() != ended) {
				return null;
			}
			this.term = null;
			logger.info("This node no longer leads group '" + PrintedNames.text(this.name) + "'");
			Duration led = Duration.ofNanos(ended.loop().nanoTime() - ended.grantedAt());
			CompletableFuture<?> told = this.listeners
				.tell(new LeadershipRevoked(this.name, ended.token(), reason, led));
			this.leaving = told;
			return told;
		}
	}

	@Override
	public void vacant(boolean vacant) {
		this.listeners.tell(vacant ? new LeadershipVacant(this.name) : new LeadershipOccupied(this.name));
	}

	/** Whether the leadership can be renewed. On the loop. */
	void event(HoldEvent event) {
		synchronized (this.listeners) {
			LeaderTerm term = this.term;
			if (term == null || term.hold().token() != event.token()) {
				return;
			}
			if (event.type() == HoldEvent.Type.JEOPARDY && term.jeopardize(true)) {
				this.listeners.tell(new LeadershipJeopardized(this.name, event.token()));
			}
			else if (event.type() == HoldEvent.Type.RECOVERED && term.jeopardize(false)) {
				this.listeners.tell(new LeadershipRecovered(this.name, event.token()));
			}
		}
	}

	@Override
	public boolean claim(String job, Instant fireTime) throws InterruptedException {
		JobClaim claim = new JobClaim(this.name, this.key, job, fireTime);
		Candidacy candidacy;
		LeaderTerm term;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			term = this.term;
		}
		return candidacy != null && term != null && term.isHeld() && claim.make(candidacy.shard()) && term.isHeld();
	}

	@Override
	public void resign() {
		Candidacy candidacy;
		LeaderTerm term;
		synchronized (this.listeners) {
			candidacy = this.candidacy;
			term = this.term;
		}
		CompletableFuture<?> released = stepDown(term);
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
	private @Nullable CompletableFuture<?> stepDown(@Nullable LeaderTerm term) {
		CompletableFuture<?> told = (term != null) ? revoke(term.hold(), term.reasonOfTheEnd()) : null;
		if (told == null || term == null) {
			return null;
		}
		Registration listeners = term.hold().use();
		told.whenComplete((none, ex) -> listeners.close());
		term.hold().lose(Reason.RESIGNED);
		CompletableFuture<?> left = term.hold().left();
		synchronized (this.listeners) {
			if (this.leaving == told) {
				this.leaving = left;
			}
		}
		return left;
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
		return held().isPresent();
	}

	@Override
	public boolean isVacant() {
		Candidacy candidacy = this.candidacy;
		return candidacy != null && candidacy.isVacant();
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
					"The wait for the leader of group '" + PrintedNames.text(this.name) + "' must not be negative");
		}
		Candidacy candidacy = this.candidacy;
		if (candidacy == null || isLeader()) {
			return CompletableFuture.completedFuture(isLeader());
		}
		return candidacy.awaitLeader(limit);
	}

	@Override
	public OptionalLong term() {
		LeaderTerm term = this.term;
		return (term != null && term.isHeld()) ? OptionalLong.of(term.hold().token()) : OptionalLong.empty();
	}

	@Override
	public Optional<LockGrant> held() {
		LeaderTerm term = this.term;
		return (term != null && term.isHeld()) ? Optional.of(term.grant()) : Optional.empty();
	}

	@Override
	public Registration addListener(LeaderListener listener) {
		synchronized (this.listeners) {
			LeaderListeners.Listening listening = this.listeners.add(listener);
			LeaderTerm term = this.term;
			if (term != null) {
				listening.tell(term.granted());
				if (term.isInJeopardy()) {
					listening.tell(new LeadershipJeopardized(this.name, term.hold().token()));
				}
			}
			return listening;
		}
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

}
