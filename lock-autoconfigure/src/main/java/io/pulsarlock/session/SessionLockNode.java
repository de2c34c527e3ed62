package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedReadWriteLock;
import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * One node. It may be {@linkplain #start() started} and {@linkplain #stop() stopped} any
 * number of times; locks, groups and listeners that were obtained or added before are
 * those of every later run too. While it does not run, every attempt to get a lock ends
 * with a {@link io.pulsarlock.LockUnavailableException}, and it is no candidate.
 * <p>
 * To be a candidate for leadership is started and stopped on its own, so that leaders can
 * resign while there are still locks.
 *
 * @since 0.2.0
 */
public final class SessionLockNode implements LockNode {

	private final SessionSettings settings;

	private final Supplier<? extends Connector> connectors;

	private final ThreadHolds threads = new ThreadHolds();

	private final CurrentMembership current;

	private final SessionLeadership leadership;

	private final SessionAdministration administration;

	private final SessionMonitor monitor;

	private final List<EventListener> listeners = new CopyOnWriteArrayList<>();

	/** Locked while the node starts or stops, and never by anything else. */
	private final Object lifecycle = new Object();

	/**
	 * Creates a node that runs at once, until it is closed; {@link #awaitJoined} waits
	 * until it has joined.
	 * @param settings the settings
	 * @param connector the way to the cluster; closed with the node
	 */
	public SessionLockNode(SessionSettings settings, Connector connector) {
		this(settings, once(connector));
		start();
		startCampaigns();
	}

	private SessionLockNode(SessionSettings settings, Supplier<? extends Connector> connectors) {
		this.settings = settings;
		this.connectors = connectors;
		this.current = new CurrentMembership(settings.node());
		this.leadership = new SessionLeadership(this.current);
		this.administration = new SessionAdministration(this.current);
		this.monitor = new SessionMonitor(settings.node(), this.current);
	}

	/**
	 * The node of this type that a registry is or stands in front of.
	 * @param registry any registry
	 * @return the node, or null if there is none
	 */
	public static @Nullable SessionLockNode behind(@Nullable LockRegistry registry) {
		LockRegistry next = registry;
		while (next instanceof DelegatingLockNode delegating) {
			next = delegating.delegate();
		}
		return (next instanceof SessionLockNode node) ? node : null;
	}

	private static Supplier<Connector> once(Connector connector) {
		AtomicReference<@Nullable Connector> only = new AtomicReference<>(connector);
		return () -> {
			Connector next = only.getAndSet(null);
			if (next == null) {
				throw new IllegalStateException("This lock node was made for one run");
			}
			return next;
		};
	}

	/**
	 * Creates a node that does not run yet.
	 * @param settings the settings
	 * @param connectors makes the way to the cluster anew for every run; closed at its
	 * end
	 * @return the node
	 */
	public static SessionLockNode restartable(SessionSettings settings, Supplier<? extends Connector> connectors) {
		return new SessionLockNode(settings, connectors);
	}

	/**
	 * Starts to join the cluster, without waiting; does nothing if it runs already.
	 * @throws io.pulsarlock.LockConfigurationException if the connector cannot be made
	 * @throws IllegalStateException if the node is closed
	 */
	public void start() {
		synchronized (this.lifecycle) {
			if (this.current.isClosed()) {
				throw new IllegalStateException("The lock registry of node '" + PrintedNames.text(this.settings.node())
						+ "' is closed and cannot start again");
			}
			if (this.current.orNull() == null) {
				Membership membership = new Membership(this.settings, this.connectors.get(), this::event);
				this.current.begin(membership);
				membership.start();
			}
		}
	}

	private void event(HoldEvent event) {
		if (event.leadership()) {
			this.leadership.event(event);
		}
		else if (!this.listeners.isEmpty()) {
			LockEvent told = event.toLockEvent();
			this.listeners.forEach((listener) -> listener.accept(told));
		}
	}

	/**
	 * Makes this node a candidate of its groups, now and as soon as there are more.
	 * Without effect if it is one, or while the node does not run.
	 */
	public void startCampaigns() {
		synchronized (this.lifecycle) {
			if (this.current.orNull() != null) {
				this.leadership.startCampaigns();
			}
		}
	}

	/**
	 * Leaves the line of every group that this node does not lead. It goes on to lead the
	 * others, until it resigns or is stopped, and becomes leader of none. Returns at
	 * once.
	 */
	public void withdraw() {
		synchronized (this.lifecycle) {
			this.leadership.withdraw();
		}
	}

	/**
	 * Resigns every leadership and leaves every group's line; returns when the listeners
	 * have been told, or took too long. The groups stay what they are.
	 */
	public void stopCampaigns() {
		synchronized (this.lifecycle) {
			CompletableFuture<?> left = this.leadership.stopCampaigns();
			Membership membership = this.current.orNull();
			if (membership != null) {
				membership.await(left);
			}
		}
	}

	/**
	 * Does what {@link #close()} does, but not for ever: the node may be started again.
	 * Takes a bounded time, whether the cluster answers or not.
	 */
	public void stop() {
		synchronized (this.lifecycle) {
			stopCampaigns();
			Membership membership = this.current.orNull();
			if (membership != null) {
				this.current.end();
				membership.close();
			}
		}
	}

	@Override
	public void close() {
		this.current.close();
		stop();
	}

	/**
	 * Whether it is started and not stopped; says nothing of the cluster.
	 * @return true if locks may be asked for
	 */
	public boolean isRunning() {
		return this.current.orNull() != null;
	}

	@Override
	public void awaitJoined(Duration limit) throws InterruptedException {
		this.current.get().awaitJoined(limit);
	}

	@Override
	public FencedLock obtain(String name) {
		Names.check(name, "lock");
		return lock(name, Share.EXCLUSIVE);
	}

	private SessionLock lock(String name, Share share) {
		String key = SessionLock.key(name);
		return new SessionLock(name, key, share, () -> this.current.get().shard(key), this.threads);
	}

	@Override
	public FencedReadWriteLock readWriteLock(String name) {
		Names.check(name, "lock");
		return new SessionReadWriteLock(name, lock(name, Share.SHARED), lock(name, Share.EXCLUSIVE));
	}

	@Override
	public FencedSemaphore semaphore(String name, int permits) {
		Names.check(name, "semaphore");
		return new SessionSemaphore(name, permits, (share) -> lock(name, share));
	}

	@Override
	public LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException {
		if (waitFor.isNegative()) {
			throw new IllegalArgumentException(
					"The wait for locks must not be negative, but is " + Durations.text(waitFor));
		}
		List<FencedLock> locks = names.stream().distinct().sorted().map(this::obtain).toList();
		if (locks.isEmpty()) {
			throw new IllegalArgumentException("At least one lock must be named");
		}
		List<LockHandle> held = new ArrayList<>();
		long deadline = System.nanoTime() + Math.min(waitFor.toSeconds(), 1_000_000_000L) * 1_000_000_000L
				+ waitFor.toNanosPart();
		try {
			for (FencedLock lock : locks) {
				// Zero must stay zero, and what has run out is asked once more without
				// waiting.
				held.add(lock.acquire(Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0))));
			}
			return new SessionLockHandles(held);
		}
		catch (Throwable ex) {
			new SessionLockHandles(held).close();
			throw ex;
		}
	}

	@Override
	public Optional<LockGrant> heldByCurrentThread(String name) {
		Hold hold = this.threads.get(SessionLock.key(name));
		return Optional.ofNullable(hold);
	}

	@Override
	public String node() {
		return this.settings.node();
	}

	@Override
	public Leadership leadership() {
		return this.leadership;
	}

	@Override
	public LockAdministration administration() {
		return this.administration;
	}

	@Override
	public LockMonitor monitor() {
		return this.monitor;
	}

	@Override
	public Registration addListener(LockListener listener) {
		EventListener added = new EventListener(listener);
		this.listeners.add(added);
		return added;
	}

	/** A listener with its own queue, so that a slow one delays only itself. */
	private final class EventListener implements Consumer<LockEvent>, Registration {

		private final Serial serial = new Serial(SessionLockNode.this.current::callback);

		private volatile @Nullable LockListener listener;

		EventListener(LockListener listener) {
			this.listener = listener;
		}

		@Override
		public void accept(LockEvent event) {
			this.serial.execute(() -> {
				LockListener listener = this.listener;
				if (listener != null) {
					listener.onEvent(event);
				}
			});
		}

		@Override
		public void close() {
			this.listener = null;
			SessionLockNode.this.listeners.remove(this);
		}

	}

}
