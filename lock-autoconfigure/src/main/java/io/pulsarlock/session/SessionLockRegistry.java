package io.pulsarlock.session;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32;

import io.pulsarlock.ClusterView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.Held;
import io.pulsarlock.HeldLocks;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockException;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The lock registry of one node: one session per shard, each on a loop of its own.
 */
public final class SessionLockRegistry implements LockRegistry, LockAdministration, Leadership {

	private static final Log logger = LogFactory.getLog(SessionLockRegistry.class);

	private static final String LOCK = "l:";

	private static final String GROUP = "g:";

	private static final Duration CLOSE_LIMIT = Duration.ofSeconds(6);

	private final SessionSettings settings;

	private final Connector connector;

	private final ScheduledThreadPoolExecutor timer;

	private final List<ThreadLoop> loops = new ArrayList<>();

	private final ExecutorService pool;

	private final List<Shard> shards = new ArrayList<>();

	private final ThreadHolds threads = new ThreadHolds();

	private final Map<String, SessionGroup> groups = new ConcurrentHashMap<>();

	private final List<Consumer<LockEvent>> listeners = new CopyOnWriteArrayList<>();

	private volatile boolean closed;

	/**
	 * Creates the registry and starts to join; {@link #awaitJoined} waits for that.
	 * @param settings the settings
	 * @param connector the way to the cluster; closed with the registry
	 */
	public SessionLockRegistry(SessionSettings settings, Connector connector) {
		this.settings = settings;
		this.connector = connector;
		this.timer = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "pulsar-lock-session");
			thread.setDaemon(true);
			return thread;
		});
		this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		this.timer.setRemoveOnCancelPolicy(true);
		this.pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
				(task) -> {
					Thread thread = new Thread(task, "pulsar-lock-callback");
					thread.setDaemon(true);
					return thread;
				});
		for (int i = 0; i < settings.shards(); i++) {
			ThreadLoop loop = new ThreadLoop(this.timer);
			this.loops.add(loop);
			this.shards.add(new Shard(i, settings, loop, connector, this::callback,
					(event) -> this.listeners.forEach((listener) -> listener.accept(event)), UUID::randomUUID));
		}
		this.shards.forEach(Shard::start);
	}

	private void callback(Runnable task) {
		try {
			this.pool.execute(task);
		}
		catch (RejectedExecutionException ex) {
			// Closed: whoever still asks is told so on his own thread.
			task.run();
		}
	}

	/**
	 * Waits until this node has caught up with every shard.
	 * @param limit the longest wait
	 * @throws LockUnavailableException if it did not within the limit, or a
	 * {@link io.pulsarlock.LockConfigurationException} as soon as the cluster refuses
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void awaitJoined(Duration limit) throws InterruptedException {
		CompletableFuture<?> all = CompletableFuture
			.allOf(this.shards.stream().map(Shard::joined).toArray(CompletableFuture[]::new));
		CompletableFuture<?> any = new CompletableFuture<>();
		this.shards.forEach((shard) -> shard.joined().whenComplete((none, ex) -> {
			if (ex != null) {
				any.completeExceptionally(ex);
			}
		}));
		try {
			CompletableFuture.anyOf(all, any).get(limit.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			LockException failure = this.shards.stream()
				.map(Shard::failure)
				.filter((each) -> each != null)
				.findFirst()
				.orElse(null);
			throw new LockUnavailableException(
					"Node '" + this.settings.node() + "' did not join the lock cluster within " + limit
							+ ((failure != null) ? ": " + failure.getMessage() : ""),
					failure);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof LockException lock) ? lock
					: new LockUnavailableException("Node '" + this.settings.node() + "' cannot join", ex.getCause());
		}
	}

	/**
	 * Whether every session of this node is confirmed at this moment.
	 * @return false if some locks cannot be asked for
	 */
	public boolean isConfirmed() {
		return !this.closed && this.shards.stream().allMatch(Shard::isConfirmed);
	}

	@Override
	public FencedLock obtain(String name) {
		check(name, "lock");
		String key = LOCK + name;
		return new SessionLock(name, key, shard(key), this.threads);
	}

	private Shard shard(String key) {
		CRC32 hash = new CRC32();
		hash.update(key.getBytes(StandardCharsets.UTF_8));
		return this.shards.get((int) (hash.getValue() % this.shards.size()));
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
		if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
			throw new IllegalArgumentException("The name of a " + what + " must not have an unpaired surrogate");
		}
	}

	@Override
	public HeldLocks acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException {
		List<FencedLock> locks = names.stream().distinct().sorted().map(this::obtain).toList();
		if (locks.isEmpty()) {
			throw new IllegalArgumentException("At least one lock must be named");
		}
		List<Held> held = new ArrayList<>();
		long deadline = System.nanoTime() + Math.min(waitFor.toSeconds(), 1_000_000_000L) * 1_000_000_000L
				+ waitFor.toNanosPart();
		try {
			for (FencedLock lock : locks) {
				// Zero must stay zero, and what has run out is asked once more without
				// waiting.
				held.add(lock.acquire(Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0))));
			}
			return new SessionHeldLocks(held);
		}
		catch (Throwable ex) {
			new SessionHeldLocks(held).close();
			throw ex;
		}
	}

	@Override
	public ClusterView view() {
		return Views.merge(this.shards.stream().map((shard) -> ask(shard, Views::of)).toList());
	}

	@Override
	public LockStatistics statistics() {
		return this.closed ? LockStatistics.none()
				: Views.sum(this.shards.stream().map((shard) -> answer(shard, Shard::statistics)).toList());
	}

	private <T> T ask(Shard shard, Function<Shard, T> question) {
		checkOpen();
		if (!shard.isConfirmed()) {
			throw shard.outOfTouch();
		}
		try {
			return answer(shard, question);
		}
		catch (CompletionException ex) {
			throw new LockUnavailableException("The view of the lock cluster is not available", ex.getCause());
		}
	}

	private <T> T answer(Shard shard, Function<Shard, T> question) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		shard.loop().execute(() -> {
			try {
				answer.complete(question.apply(shard));
			}
			catch (RuntimeException ex) {
				answer.completeExceptionally(ex);
			}
		});
		return answer.orTimeout(this.settings.reconnectGrace().toNanos(), TimeUnit.NANOSECONDS).join();
	}

	@Override
	public boolean releaseLock(String name) {
		check(name, "lock");
		String key = LOCK + name;
		return order(shard(key), (shard) -> shard.takeAway(key, name));
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
		LockUnavailableException unknown = null;
		for (Shard shard : this.shards) {
			try {
				if (order(shard, (any) -> any.expel(session))) {
					return true;
				}
			}
			catch (LockUnavailableException ex) {
				unknown = ex;
			}
		}
		if (unknown != null) {
			throw unknown;
		}
		return false;
	}

	private <T> T order(Shard shard, Function<Shard, T> order) {
		checkOpen();
		try {
			return answer(shard, order);
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof LockException lock) ? lock
					: new LockUnavailableException(
							"Shard " + shard.index() + " did not answer in time; what was asked for may still be done",
							ex.getCause());
		}
	}

	private void checkOpen() {
		if (this.closed) {
			throw new LockUnavailableException("The lock registry of node '" + this.settings.node() + "' is closed");
		}
	}

	@Override
	public Optional<Held> heldByCurrentThread(String name) {
		Hold hold = this.threads.get(LOCK + name);
		return Optional.ofNullable(hold);
	}

	@Override
	public Leadership leadership() {
		return this;
	}

	@Override
	public LeaderGroup group(String name) {
		check(name, "leader group");
		return this.groups.computeIfAbsent(name, (any) -> {
			checkOpen();
			String key = GROUP + name;
			Shard shard = shard(key);
			SessionGroup group = new SessionGroup(name, key, shard, this::callback, () -> participants(shard, key));
			group.campaign();
			return group;
		});
	}

	private List<Participant> participants(Shard shard, String key) {
		return ask(shard, (any) -> Views.line(any, key));
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
	public void addListener(LockListener listener) {
		Serial serial = new Serial(this::callback);
		this.listeners.add((event) -> serial.execute(() -> listener.onEvent(event)));
	}

	@Override
	public void close() {
		synchronized (this.shards) {
			if (this.closed) {
				return;
			}
			this.closed = true;
		}
		await(CompletableFuture
			.allOf(this.groups.values().stream().map(SessionGroup::close).toArray(CompletableFuture[]::new)));
		await(CompletableFuture.allOf(this.shards.stream().map(Shard::close).toArray(CompletableFuture[]::new)));
		this.connector.close();
		this.loops.forEach(ThreadLoop::stop);
		this.timer.shutdownNow();
		this.shards.forEach(Shard::ended);
		this.pool.shutdown();
	}

	private void await(CompletableFuture<?> end) {
		try {
			end.get(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("The lock registry of node '" + this.settings.node() + "' could not say goodbye in time; "
					+ "the other nodes will notice", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
