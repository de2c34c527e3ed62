package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.ClusterView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;

/**
 * The lock registry of one node. It may be {@linkplain #start() started} and
 * {@linkplain #stop() stopped} any number of times; locks, groups and listeners that were
 * obtained or added before are those of every later run too. While it does not run, every
 * attempt to get a lock ends with a {@link LockUnavailableException}, and this node is no
 * candidate.
 * <p>
 * To be a candidate for leadership is started and stopped on its own, so that leaders can
 * resign while there are still locks.
 */
public final class SessionLockRegistry implements LockRegistry, LockAdministration, Leadership {

	private static final String LOCK = "l:";

	private static final String GROUP = "g:";

	private final SessionSettings settings;

	private final Supplier<? extends Connector> connectors;

	private final ThreadHolds threads = new ThreadHolds();

	private final Map<String, SessionGroup> groups = new ConcurrentHashMap<>();

	private final List<EventListener> listeners = new CopyOnWriteArrayList<>();

	/** Guarded by the groups, like {@link #campaigning}. */
	private final List<GroupsListener> leaderListeners = new ArrayList<>();

	private boolean campaigning;

	/** Locked while the registry starts or stops, and never by anything else. */
	private final Object lifecycle = new Object();

	private volatile @Nullable Membership membership;

	/** The latest membership, whose end listeners are still to hear of. */
	private volatile @Nullable Membership callbacks;

	private volatile String absence = "has not been started yet";

	private volatile boolean closed;

	/**
	 * Creates a registry that runs at once, until it is closed; {@link #awaitJoined}
	 * waits until it has joined.
	 * @param settings the settings
	 * @param connector the way to the cluster; closed with the registry
	 */
	public SessionLockRegistry(SessionSettings settings, Connector connector) {
		this(settings, once(connector));
		start();
		startCampaigns();
	}

	private SessionLockRegistry(SessionSettings settings, Supplier<? extends Connector> connectors) {
		this.settings = settings;
		this.connectors = connectors;
	}

	private static Supplier<Connector> once(Connector connector) {
		AtomicReference<@Nullable Connector> only = new AtomicReference<>(connector);
		return () -> {
			Connector next = only.getAndSet(null);
			if (next == null) {
				throw new IllegalStateException("This lock registry was made for one run");
			}
			return next;
		};
	}

	/**
	 * Creates a registry that does not run yet.
	 * @param settings the settings
	 * @param connectors makes the way to the cluster anew for every run; closed at its
	 * end
	 * @return the registry
	 */
	public static SessionLockRegistry restartable(SessionSettings settings, Supplier<? extends Connector> connectors) {
		return new SessionLockRegistry(settings, connectors);
	}

	/**
	 * Starts to join the cluster, without waiting; does nothing if it runs already.
	 * @throws io.pulsarlock.LockConfigurationException if the connector cannot be made
	 * @throws IllegalStateException if the registry is closed
	 */
	public void start() {
		synchronized (this.lifecycle) {
			if (this.closed) {
				throw new IllegalStateException(
						"The lock registry of node '" + this.settings.node() + "' is closed and cannot start again");
			}
			if (this.membership == null) {
				Membership membership = new Membership(this.settings, this.connectors.get(),
						(event) -> this.listeners.forEach((listener) -> listener.accept(event)));
				this.callbacks = membership;
				this.membership = membership;
				membership.start();
			}
		}
	}

	/**
	 * Makes this node a candidate of its groups, now and as soon as there are more.
	 * Without effect if it is one, or while the registry does not run.
	 */
	public void startCampaigns() {
		synchronized (this.lifecycle) {
			if (this.membership == null) {
				return;
			}
			synchronized (this.groups) {
				this.campaigning = true;
				this.groups.values().forEach(this::campaign);
			}
		}
	}

	private void campaign(SessionGroup group) {
		Membership membership = this.membership;
		if (this.campaigning && membership != null) {
			group.start(membership.shard(group.key()));
		}
	}

	/**
	 * Leaves the line of every group that this node does not lead. It goes on to lead the
	 * others, until it resigns or is stopped, and becomes leader of none. Returns at
	 * once.
	 */
	public void withdraw() {
		synchronized (this.lifecycle) {
			synchronized (this.groups) {
				this.campaigning = false;
				this.groups.values().forEach(SessionGroup::withdraw);
			}
		}
	}

	/**
	 * Resigns every leadership and leaves every group's line; returns when the listeners
	 * have been told, or took too long. The groups stay what they are.
	 */
	public void stopCampaigns() {
		synchronized (this.lifecycle) {
			CompletableFuture<?> left;
			synchronized (this.groups) {
				this.campaigning = false;
				left = CompletableFuture
					.allOf(this.groups.values().stream().map(SessionGroup::stop).toArray(CompletableFuture[]::new));
			}
			Membership membership = this.membership;
			if (membership != null) {
				membership.await(left);
			}
		}
	}

	/**
	 * Does what {@link #close()} does, but not for ever: the registry may be started
	 * again. Takes a bounded time, whether the cluster answers or not.
	 */
	public void stop() {
		synchronized (this.lifecycle) {
			stopCampaigns();
			Membership membership = this.membership;
			if (membership != null) {
				this.absence = this.closed ? "is closed" : "has been stopped";
				this.membership = null;
				membership.close();
			}
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.absence = "is closed";
		stop();
	}

	/**
	 * Whether it is started and not stopped; says nothing of the cluster.
	 * @return true if locks may be asked for
	 */
	public boolean isRunning() {
		return this.membership != null;
	}

	private Membership membership() {
		Membership membership = this.membership;
		if (membership == null) {
			throw absent();
		}
		return membership;
	}

	private LockUnavailableException absent() {
		return new LockUnavailableException("The lock registry of node '" + this.settings.node() + "' " + this.absence);
	}

	private void callback(Runnable task) {
		Membership membership = this.callbacks;
		if (membership != null) {
			membership.callback(task);
		}
		else {
			task.run();
		}
	}

	/**
	 * Waits until this node has caught up with every shard.
	 * @param limit the longest wait
	 * @throws LockUnavailableException if it did not within the limit or does not run, or
	 * a {@link io.pulsarlock.LockConfigurationException} as soon as the cluster refuses
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void awaitJoined(Duration limit) throws InterruptedException {
		membership().awaitJoined(limit);
	}

	/**
	 * Whether every session of this node is confirmed at this moment.
	 * @return false if some locks cannot be asked for
	 */
	public boolean isConfirmed() {
		Membership membership = this.membership;
		return membership != null && membership.isConfirmed();
	}

	@Override
	public FencedLock obtain(String name) {
		check(name, "lock");
		String key = LOCK + name;
		return new SessionLock(name, key, () -> membership().shard(key), this.threads);
	}

	private static void check(String name, String what) {
		if (name == null || name.isBlank()) {
			throw new IllegalArgumentException("The name of a " + what + " must not be null or blank");
		}
		if (name.length() > MAX_NAME_LENGTH) {
			throw new IllegalArgumentException("The name of a " + what + " must not be longer than " + MAX_NAME_LENGTH
					+ " characters, but this one has " + name.length() + ": " + name.substring(0, 40) + "...");
		}
		// Not every string of chars is text: these could not be told apart once encoded.
		if (hasUnpairedSurrogate(name)) {
			throw new IllegalArgumentException("The name of a " + what + " must not have an unpaired surrogate");
		}
	}

	/** To make an encoder and ask it takes longer than to enter a lock again. */
	static boolean hasUnpairedSurrogate(String name) {
		for (int i = 0; i < name.length(); i++) {
			char each = name.charAt(i);
			if (Character.isSurrogate(each)) {
				i++;
				if (i == name.length() || !Character.isSurrogatePair(each, name.charAt(i))) {
					return true;
				}
			}
		}
		return false;
	}

	@Override
	public LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException {
		if (waitFor.isNegative()) {
			throw new IllegalArgumentException("The wait for locks must not be negative, but is " + waitFor);
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
	public ClusterView view() {
		return membership().view();
	}

	@Override
	public LockStatistics statistics() {
		Membership membership = this.membership;
		return (membership != null) ? membership.statistics() : LockStatistics.none();
	}

	@Override
	public boolean releaseLock(String name) {
		check(name, "lock");
		String key = LOCK + name;
		Membership membership = membership();
		return membership.order(membership.shard(key), (shard) -> shard.takeAway(key, name));
	}

	@Override
	public boolean expelSession(String id) {
		UUID session;
		try {
			session = UUID.fromString(id);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
		return membership().expel(session);
	}

	@Override
	public Optional<LockHandle> heldByCurrentThread(String name) {
		Hold hold = this.threads.get(LOCK + name);
		return Optional.ofNullable(hold);
	}

	@Override
	public Leadership leadership() {
		return this;
	}

	/**
	 * {@inheritDoc} While the node is not to be a candidate the group waits for that.
	 */
	@Override
	public LeaderGroup group(String name) {
		check(name, "leader group");
		SessionGroup known = this.groups.get(name);
		if (known != null) {
			return known;
		}
		synchronized (this.groups) {
			if (this.closed) {
				throw absent();
			}
			return this.groups.computeIfAbsent(name, this::newGroup);
		}
	}

	private SessionGroup newGroup(String name) {
		String key = GROUP + name;
		SessionGroup group = new SessionGroup(name, key, this::callback, () -> participants(key));
		this.leaderListeners.forEach((listener) -> listener.addTo(group));
		campaign(group);
		return group;
	}

	private List<Participant> participants(String key) {
		Membership membership = membership();
		return membership.ask(membership.shard(key), (shard) -> Views.line(shard, key));
	}

	@Override
	public Collection<LeaderGroup> groups() {
		return List.copyOf(this.groups.values());
	}

	@Override
	public String node() {
		return this.settings.node();
	}

	@Override
	public Registration addListener(LockListener listener) {
		EventListener added = new EventListener(listener);
		this.listeners.add(added);
		return added;
	}

	/**
	 * Adds a listener to every leader group of this node, present and future.
	 * @param listener called on a thread of the registry, for different groups possibly
	 * at the same time
	 * @return removes the listener from all of them
	 */
	public Registration addLeaderListener(LeaderListener listener) {
		GroupsListener added = new GroupsListener(listener);
		synchronized (this.groups) {
			this.leaderListeners.add(added);
			this.groups.values().forEach(added::addTo);
		}
		return added;
	}

	/** A listener with its own queue, so that a slow one delays only itself. */
	private final class EventListener implements Consumer<LockEvent>, Registration {

		private final Serial serial = new Serial(SessionLockRegistry.this::callback);

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
			SessionLockRegistry.this.listeners.remove(this);
		}

	}

	/** A listener of every group. What it holds is guarded by the groups. */
	private final class GroupsListener implements Registration {

		private final LeaderListener listener;

		private final List<Registration> registrations = new ArrayList<>();

		GroupsListener(LeaderListener listener) {
			this.listener = listener;
		}

		void addTo(SessionGroup group) {
			this.registrations.add(group.addListener(this.listener));
		}

		@Override
		public void close() {
			List<Registration> registrations;
			synchronized (SessionLockRegistry.this.groups) {
				SessionLockRegistry.this.leaderListeners.remove(this);
				registrations = List.copyOf(this.registrations);
				this.registrations.clear();
			}
			registrations.forEach(Registration::close);
		}

	}

}
