package io.pulsarlock.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockLoss.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One node in line for one leader group, from a start to the next stop: whenever its
 * place in line is gone it takes another one. Any thread, unless said otherwise.
 */
final class Candidacy {

	private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

	private final String group;

	private final String key;

	private final Shard shard;

	private final Listener listener;

	private final Vacancy vacancy;

	private final AwaitedLeader awaited;

	/** Guarded by this, like what follows. */
	private State state = State.CAMPAIGNING;

	private @Nullable Waiter waiter;

	private long campaigningSince;

	Candidacy(String group, String key, Shard shard, Executor pool, Listener listener) {
		this.group = group;
		this.key = key;
		this.shard = shard;
		this.listener = listener;
		this.vacancy = new Vacancy(group, shard.settings(), shard.now());
		this.awaited = new AwaitedLeader(shard.loop(), this::isLed, () -> shard.isHeldElsewhere(key), pool);
	}

	/** Takes a place in line and looks whether there is a leader. */
	void start() {
		campaign();
		this.shard.loop().execute(this::watch);
	}

	/** Takes a place in line, unless this node is not to lead any more. */
	void campaign() {
		Waiter waiter = new Waiter(false, null);
		synchronized (this) {
			if (this.state != State.CAMPAIGNING) {
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
		this.shard.acquire(this.key, this.group, LockKind.LEADERSHIP, waiter);
	}

	private void granted(Hold hold) {
		if (!this.listener.granted(this, hold, waited(hold))) {
			hold.close();
			return;
		}
		hold.onLost((lost) -> {
			if (this.listener.lost(hold, lost.reason())) {
				campaign();
			}
		});
	}

	private synchronized Duration waited(Hold hold) {
		return Duration.ofNanos(Math.max(hold.grantedAt() - this.campaigningSince, 0));
	}

	/** Looks now and then whether there is a leader. On the loop. */
	private void watch() {
		synchronized (this) {
			if (this.state == State.OVER) {
				return;
			}
		}
		this.shard.loop().schedule(this.shard.settings().leaseNanos() / 4, this::watch);
		boolean here = this.listener.isLeader();
		if (this.vacancy.look(here || isLedElsewhere(), here, this.shard.now(), this.shard::obstacle)) {
			this.listener.vacant(this.vacancy.isVacant());
		}
	}

	private boolean isLed() {
		return this.listener.isLeader() || isLedElsewhere();
	}

	/**
	 * Not by a session that only stands in front: after an outage that may be this node's
	 * own session of before.
	 */
	private boolean isLedElsewhere() {
		return this.shard.isLedElsewhere(this.key);
	}

	/** Whether the group has had no leader for too long. */
	boolean isVacant() {
		return this.vacancy.isVacant();
	}

	/** Completes when it is known whether there is a leader. */
	CompletableFuture<Boolean> awaitLeader(Duration limit) {
		return this.awaited.await(limit);
	}

	/** This node does not become leader again; it may go on to lead. */
	synchronized void retire() {
		this.state = (this.state == State.CAMPAIGNING) ? State.RETIRING : this.state;
	}

	/** This node may become leader again. */
	synchronized void resume() {
		this.state = (this.state == State.RETIRING) ? State.CAMPAIGNING : this.state;
	}

	/** Leaves the line, for good. */
	void withdraw() {
		this.awaited.end();
		Waiter waiter;
		synchronized (this) {
			this.state = State.OVER;
			waiter = this.waiter;
		}
		if (waiter != null && waiter.granted.cancel(false)) {
			this.shard.givenUp(this.key);
		}
	}

	Shard shard() {
		return this.shard;
	}

	private enum State {

		CAMPAIGNING,

		/** Takes no further place. */
		RETIRING,

		OVER

	}

	/** Hears of it. Any thread. */
	interface Listener {

		/** Whether this node leads. */
		boolean isLeader();

		/**
		 * The group has had no leader for too long, or has one again. On the loop.
		 */
		void vacant(boolean vacant);

		/**
		 * This node may lead.
		 * @return false if it does not want to any more
		 */
		boolean granted(Candidacy candidacy, Hold hold, Duration waited);

		/**
		 * A leadership was lost.
		 * @return whether another one is to be campaigned for
		 */
		boolean lost(Hold hold, Reason reason);

	}

}
