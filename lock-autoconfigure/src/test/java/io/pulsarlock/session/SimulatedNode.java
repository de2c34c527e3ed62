package io.pulsarlock.session;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockLostException;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * One node from start to end: a process with a client, a shard and some users that
 * acquire locks, hold them for a while and release them.
 */
final class SimulatedNode {

	private final SimulatedCluster cluster;

	private final SimulatedTime time;

	private final SimulationInvariants invariants;

	private final SessionSettings settings;

	private final SimulatedProcess process;

	private final SimulatedClient client;

	private final Shard shard;

	private final long startedAt;

	private boolean calm;

	private boolean ended;

	private int waiting;

	SimulatedNode(SimulatedCluster cluster, SimulationInvariants invariants, SessionSettings settings, double rate) {
		this.cluster = cluster;
		this.time = cluster.time();
		this.startedAt = this.time.now();
		this.invariants = invariants;
		this.settings = settings;
		long offset = this.time.chance(0.3) ? Long.MAX_VALUE - this.time.between(0, 60 * SimulatedTime.SECOND)
				: this.time.bits();
		this.process = new SimulatedProcess(this.time, rate, offset);
		if (cluster.plan().twin(SimulationTwin.CLOCK_STANDS_IN_A_PAUSE)) {
			this.process.clockStands();
		}
		this.client = new SimulatedClient(settings.node(), cluster, this.process, this::session);
		this.shard = new Shard(0, settings, this.process, this.client, this::callback, this::event,
				() -> new UUID(this.time.bits(), this.time.bits()), new ClusterAgreement(0),
				new Availability(settings));
		this.shard.start();
		for (int i = 0; i < 3; i++) {
			think();
		}
	}

	private void callback(Runnable task) {
		this.cluster.throwing().application("an executor that refuses");
		this.process.execute(task);
	}

	private void event(HoldEvent event) {
		this.invariants.event(this, event);
		this.cluster.throwing().application("a listener of events");
	}

	private void think() {
		this.process.later(this.time.skewed(0, 8 * SimulatedTime.SECOND), this::want);
	}

	private void want() {
		boolean own = isHomely() && this.time.chance(0.5);
		want(own ? "l:" + this.settings.node() : this.time.pick(this.cluster.plan().locks()));
	}

	private void want(String lock) {
		if (this.calm || this.ended) {
			return;
		}
		LockKind kind = lock.startsWith("g:") ? LockKind.LEADERSHIP : LockKind.LOCK;
		boolean immediate = kind == LockKind.LOCK && this.time.chance(0.15);
		Duration limit = this.time.chance(0.1) ? Duration.ofMillis(this.time.between(1, 4000)) : null;
		Share share = share(lock);
		Waiter waiter = new Waiter(immediate, limit, share);
		this.waiting++;
		waiter.granted.whenComplete((hold, ex) -> {
			this.waiting--;
			long over = 0;
			if (hold != null) {
				SimulatedHolding holding = this.invariants.granted(this, lock, share, hold, limit);
				this.cluster.hints().granted(this, lock);
				over = holdTime(kind);
				if (lock.equals(SimulationPlan.READERS) && share.isExclusive() && this.time.chance(0.3)) {
					this.process.later(this.time.between(0, over), () -> downgrade(holding));
				}
				if (kind == LockKind.LOCK && this.cluster.plan().hasRests() && this.time.chance(0.05)) {
					this.process.later(this.time.skewed(0, over), () -> rest(holding));
				}
				this.process.later(over, () -> release(holding));
				if (this.time.chance((limit != null) ? 0.5 : 0.05)) {
					this.process.later(this.time.between(0, over), () -> limitAnew(holding));
				}
			}
			if (ex instanceof LockConfigurationException) {
				this.cluster.coverage().count("callers refused for other permits");
			}
			if (isHomely() && this.time.chance(0.7)) {
				this.process.later(over + this.time.skewed(0, 2 * SimulatedTime.SECOND), () -> want(lock));
			}
			else {
				think();
			}
			this.cluster.throwing().application("what depends on a lock");
		});
		this.shard.acquire(lock, lock, kind, waiter);
		if (this.cluster.plan().hasRevocations() && this.time.chance(0.05)) {
			this.process.later(this.time.skewed(0, 6 * SimulatedTime.SECOND), () -> takeAway(lock));
		}
		if (this.time.chance(0.25)) {
			this.process.later(this.time.skewed(0, 6 * SimulatedTime.SECOND), () -> {
				if (waiter.granted.cancel(false)) {
					this.shard.givenUp(lock);
				}
			});
		}
	}

	/** A writer in three, and now and then a caller with another number of permits. */
	private Share share(String lock) {
		return switch (lock) {
			case SimulationPlan.READERS -> this.time.chance(0.3) ? Share.EXCLUSIVE : Share.SHARED;
			case SimulationPlan.PERMITS ->
				this.time.chance(0.03) ? Share.ofPermits(1, 4) : Share.ofPermits(1 + this.time.index(2), 3);
			default -> Share.EXCLUSIVE;
		};
	}

	private void downgrade(SimulatedHolding holding) {
		if (holding.hold().isHeld()) {
			this.cluster.coverage().count("downgrades");
			holding.downgraded();
			holding.hold().downgrade();
		}
	}

	private void release(SimulatedHolding holding) {
		this.cluster.hints().released(holding);
		holding.hold().release();
	}

	/** Perhaps too late. */
	private void limitAnew(SimulatedHolding holding) {
		Duration limit = this.time.chance(0.2) ? null : Duration.ofMillis(this.time.between(1, 4000));
		try {
			holding.hold().holdFor(limit);
			holding.limited(limit);
			this.cluster.coverage().count("limits set anew");
			if (this.time.chance(0.7)) {
				this.process.later(this.time.between(0, 2 * SimulatedTime.SECOND), () -> limitAnew(holding));
			}
		}
		catch (LockLostException ex) {
			this.cluster.coverage().count("limits that came too late");
			if (limit != null && this.cluster.plan().twin(SimulationTwin.LIMIT_REVIVES)) {
				this.invariants.revived(holding, limit);
			}
		}
		catch (IllegalStateException ex) {
			this.cluster.coverage().count("limits after the release");
		}
	}

	/** By an operator, from whatever node has the lock. */
	private void takeAway(String lock) {
		if (!this.ended) {
			this.invariants.revocations().ordered(this, lock, this.shard.takeAway(lock, lock));
		}
	}

	/** Perhaps too late, and perhaps ended by an operator. */
	private void rest(SimulatedHolding holding) {
		long left = this.cluster.plan().duration() + 15 * SimulatedTime.SECOND - this.time.now();
		long rest = this.time.chance(0.6) ? this.time.skewed(SimulatedTime.MILLI, 3 * SimulatedTime.SECOND)
				: this.time.skewed(SimulatedTime.SECOND, 60 * SimulatedTime.SECOND);
		long atLeast = Math.max(Math.min(rest, left), SimulatedTime.MILLI);
		long from = this.time.now();
		boolean shared = !holding.share().isExclusive();
		try {
			holding.hold().restFor(Duration.ofNanos(atLeast)).whenComplete((none, ex) -> {
				if (ex == null) {
					this.invariants.rests().begun(holding, shared, from, atLeast);
				}
				this.cluster.coverage()
					.count((ex != null) ? "rests whose outcome is unknown"
							: shared ? "rests of a shared lock" : "rests");
			});
			if (this.time.chance(0.1)) {
				this.process.later(this.time.between(0, atLeast), () -> endRest(holding.lock()));
			}
		}
		catch (LockLostException ex) {
			this.cluster.coverage().count("rests that came too late");
		}
		catch (IllegalStateException ex) {
			this.cluster.coverage().count("rests after the release");
		}
	}

	private void endRest(String lock) {
		this.invariants.rests().ordered(lock);
		this.shard.endRest(lock).whenComplete((ended, ex) -> {
			if (ex == null && ended) {
				this.cluster.coverage().count("rests ended by an operator");
			}
		});
	}

	private long holdTime(LockKind kind) {
		if (this.calm) {
			return this.time.between(0, SimulatedTime.SECOND / 10);
		}
		if (kind == LockKind.LEADERSHIP || this.time.chance(0.2)) {
			// Some leaderships last for longer than the journal is kept.
			long left = this.cluster.plan().duration() - this.time.now();
			boolean leads = kind == LockKind.LEADERSHIP && this.time.chance(0.3);
			return this.time.between(5 * SimulatedTime.SECOND, Math.max(leads ? left : 0, 30 * SimulatedTime.SECOND));
		}
		return this.time.skewed(0, isHomely() ? SimulatedTime.SECOND / 5 : 3 * SimulatedTime.SECOND);
	}

	private boolean isHomely() {
		return this.cluster.plan().isHomely();
	}

	/** How long it has existed. */
	long age() {
		return this.time.now() - this.startedAt;
	}

	/** Users request nothing new from now on. */
	void calm() {
		this.calm = true;
	}

	/**
	 * Ends the process at once.
	 * @param told whether its kernel notifies the other end
	 */
	void kill(boolean told) {
		this.ended = true;
		this.client.die(told);
		this.invariants.died(this);
	}

	/** Ends the process cleanly. */
	CompletableFuture<Void> shutDown() {
		this.ended = true;
		return this.shard.close();
	}

	long nanoTime() {
		return this.process.nanoTime();
	}

	boolean isEnded() {
		return this.ended;
	}

	int waiting() {
		return this.waiting;
	}

	@Nullable Session session() {
		return this.shard.activeSession();
	}

	Shard shard() {
		return this.shard;
	}

	SimulatedProcess process() {
		return this.process;
	}

	SimulatedClient client() {
		return this.client;
	}

	SessionSettings settings() {
		return this.settings;
	}

	@Override
	public String toString() {
		return this.settings.node();
	}

}
