package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.pulsarlock.Held;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LockException;
import io.pulsarlock.Participant;
import org.jspecify.annotations.Nullable;

/**
 * A leader group: a candidate that never gives up. Leadership is a holding of the group's
 * lock, so everything that is safe about locks is safe about leaders.
 */
final class SessionGroup implements LeaderGroup {

	/** How long a revocation waits for listeners before the next leader may start. */
	private static final long LISTENER_SECONDS = 5;

	private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

	private final String name;

	private final String key;

	private final Shard shard;

	private final Executor pool;

	private final Supplier<List<Participant>> line;

	private final List<Listening> listeners = new ArrayList<>();

	private @Nullable Hold hold;

	private volatile @Nullable Hold leading;

	private boolean closed;

	SessionGroup(String name, String key, Shard shard, Executor pool, Supplier<List<Participant>> line) {
		this.name = name;
		this.key = key;
		this.shard = shard;
		this.pool = pool;
		this.line = line;
	}

	void campaign() {
		synchronized (this.listeners) {
			if (this.closed) {
				return;
			}
		}
		Waiter waiter = new Waiter(false, null);
		waiter.granted.whenComplete((hold, ex) -> {
			if (hold != null) {
				granted(hold);
			}
			else {
				this.shard.loop().schedule(RETRY, this::campaign);
			}
		});
		this.shard.acquire(this.key, this.name, Door.Kind.FAILOVER, waiter);
	}

	private void granted(Hold hold) {
		synchronized (this.listeners) {
			if (this.closed) {
				hold.close();
				return;
			}
			this.hold = hold;
			this.leading = hold;
			this.listeners.forEach((listening) -> listening.granted(hold.token()));
		}
		hold.onLost((lost) -> {
			if (revoke(hold) != null) {
				campaign();
			}
		});
	}

	/**
	 * Tells the listeners, once: whoever gets to do it also sees to the next campaign.
	 * @return completes when they have been told; null if somebody else tells them
	 */
	private @Nullable CompletableFuture<?> revoke(@Nullable Hold ended) {
		synchronized (this.listeners) {
			if (ended == null || this.hold != ended) {
				return null;
			}
			this.hold = null;
			this.leading = null;
			return CompletableFuture.allOf(this.listeners.stream()
				.map((listening) -> listening.revoked(ended.token()))
				.toArray(CompletableFuture[]::new));
		}
	}

	@Override
	public void resign() {
		CompletableFuture<?> released = stepDown(this.leading);
		if (released != null) {
			released.whenComplete((none, ex) -> campaign());
		}
	}

	private @Nullable CompletableFuture<?> stepDown(@Nullable Hold hold) {
		CompletableFuture<?> told = revoke(hold);
		if (told == null || hold == null) {
			return null;
		}
		return told.orTimeout(LISTENER_SECONDS, TimeUnit.SECONDS).whenComplete((none, ex) -> hold.close());
	}

	/**
	 * Resigns for good; completes when the listeners were told and the lock is released.
	 */
	CompletableFuture<?> close() {
		Hold hold;
		synchronized (this.listeners) {
			this.closed = true;
			hold = this.hold;
		}
		CompletableFuture<?> released = stepDown(hold);
		return (released != null) ? released : CompletableFuture.completedFuture(null);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public boolean isLeader() {
		Hold hold = this.leading;
		return hold != null && hold.isHeld();
	}

	@Override
	public OptionalLong term() {
		Hold hold = this.leading;
		return (hold != null && hold.isHeld()) ? OptionalLong.of(hold.token()) : OptionalLong.empty();
	}

	@Override
	public Optional<Held> held() {
		Hold hold = this.leading;
		return (hold != null && hold.isHeld()) ? Optional.of(hold) : Optional.empty();
	}

	@Override
	public void addListener(LeaderListener listener) {
		synchronized (this.listeners) {
			Listening listening = new Listening(listener, this.name, new Serial(this.pool));
			this.listeners.add(listening);
			if (this.hold != null) {
				listening.granted(this.hold.token());
			}
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

	/** A listener with its own queue, so that a slow one delays only itself. */
	private record Listening(LeaderListener listener, String group, Serial serial) {

		void granted(long term) {
			this.serial.execute(() -> this.listener.granted(this.group, term));
		}

		CompletableFuture<Void> revoked(long term) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			this.serial.execute(() -> {
				try {
					this.listener.revoked(this.group, term);
				}
				finally {
					done.complete(null);
				}
			});
			return done;
		}

	}

}
