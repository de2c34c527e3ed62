package io.pulsarlock.session;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * One membership of a node in the lock cluster, from a start to the next stop: one
 * session per shard, each on a loop of its own, and every thread and connection. Nothing
 * of it outlives the stop but the holds it granted, which are lost by then.
 */
final class Membership {

	private static final Log logger = LogFactory.getLog(Membership.class);

	private static final Duration CLOSE_LIMIT = Duration.ofSeconds(6);

	/** How long the end waits for listeners that are still being told. */
	private static final Duration DRAIN_LIMIT = Duration.ofSeconds(2);

	/** So many graces the release of a lock by another node may take. */
	private static final int REVOCATION_GRACES = 3;

	private final SessionSettings settings;

	private final Connector connector;

	private final LoopThread thread;

	private final List<ThreadLoop> loops = new ArrayList<>();

	private final Callbacks callbacks;

	private final List<Shard> shards = new ArrayList<>();

	private final Availability availability;

	private final ClusterAgreement agreement = new ClusterAgreement(ClusterAgreement.DECIDING_SHARD);

	Membership(SessionSettings settings, Connector connector, Consumer<HoldEvent> events) {
		this.settings = settings;
		this.availability = new Availability(settings);
		this.connector = connector;
		this.thread = new LoopThread("pulsar-lock-session");
		this.callbacks = callbacks(this.thread);
		for (int i = 0; i < settings.shards(); i++) {
			ThreadLoop loop = new ThreadLoop(this.thread);
			this.loops.add(loop);
			this.shards.add(new Shard(i, settings, loop, connector, this::callback, events, UUID::randomUUID,
					this.agreement, this.availability));
		}
	}

	private static Callbacks callbacks(LoopThread thread) {
		try {
			return new Callbacks(thread);
		}
		catch (Throwable ex) {
			thread.stop();
			throw ex;
		}
	}

	void start() {
		this.shards.forEach(Shard::start);
	}

	/** Runs what may be slow or throw. Any thread. */
	void callback(Runnable task) {
		try {
			this.callbacks.execute(task);
		}
		catch (RejectedExecutionException ex) {
			// Closed: a thread that still asks is told so by itself.
			task.run();
		}
	}

	void awaitJoined(Duration limit) throws InterruptedException {
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
			if (failure instanceof LockConfigurationException) {
				throw failure;
			}
			throw new LockUnavailableException(
					"Node '" + PrintedNames.text(this.settings.node()) + "' did not join the lock cluster within "
							+ Durations.text(limit) + ((failure != null) ? ": " + failure.getMessage() : ""),
					failure);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof LockException lock) ? lock : new LockUnavailableException(
					"Node '" + PrintedNames.text(this.settings.node()) + "' cannot join", ex.getCause());
		}
	}

	boolean isConfirmed() {
		return this.shards.stream().allMatch(Shard::isConfirmed);
	}

	Shard shard(String key) {
		CRC32 hash = new CRC32();
		hash.update(key.getBytes(StandardCharsets.UTF_8));
		return this.shards.get((int) (hash.getValue() % this.shards.size()));
	}

	ClusterView view() {
		return Views.merge(this.shards.stream().map((shard) -> ask(shard, Views::of)).toList());
	}

	LockStatistics statistics() {
		try {
			return Views.sum(this.shards.stream().map((shard) -> answer(shard, Shard::statistics)).toList());
		}
		catch (CompletionException ex) {
			// Ended in this moment.
			return LockStatistics.none();
		}
	}

	<T> T ask(Shard shard, Function<Shard, T> question) {
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

	/** Does something for a person; what cannot be done is an exception that says why. */
	<T> T order(Shard shard, Function<Shard, T> order) {
		return done(shard, () -> answer(shard, order));
	}

	/** The same, for what is done when the cluster has it. */
	<T> T orderOfAll(Shard shard, Function<Shard, CompletableFuture<T>> order) {
		return done(shard, () -> await(order.apply(shard), this.settings.reconnectGrace()));
	}

	/**
	 * Takes a lock or leadership from its holder, on whatever node. What it guards there
	 * has a grace to end, and a holder that is dead is expelled after a grace.
	 */
	boolean takeAway(String key, String what) {
		Shard shard = shard(key);
		return done(shard,
				() -> await(shard.takeAway(key, what), this.settings.reconnectGrace().multipliedBy(REVOCATION_GRACES)));
	}

	private static <T> T done(Shard shard, Supplier<T> order) {
		try {
			return order.get();
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof LockException lock) ? lock
					: new LockUnavailableException(
							"Shard " + shard.index() + " did not answer in time; the operation may still take effect",
							ex.getCause());
		}
	}

	/**
	 * The shard with that number.
	 * @throws IllegalArgumentException if there is none
	 */
	Shard shard(int index) {
		if (index < 0 || index >= this.shards.size()) {
			throw new IllegalArgumentException(
					"There is no shard " + index + ": shards are numbered from 0 to " + (this.shards.size() - 1));
		}
		return this.shards.get(index);
	}

	/** Expels a silent session, in whatever shard it is. */
	boolean expel(UUID session) {
		LockUnavailableException unknown = null;
		for (Shard shard : this.shards) {
			try {
				if (order(shard, (any) -> any.administration().expel(session))) {
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

	private <T> T answer(Shard shard, Function<Shard, T> question) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		shard.loop().execute(() -> {
			try {
				answer.complete(question.apply(shard));
			}
			catch (RuntimeException ex) {
				answer.completeExceptionally(ex);
			}
			catch (Error ex) {
				answer.completeExceptionally(ex);
				throw ex;
			}
		});
		return await(answer, this.settings.reconnectGrace());
	}

	/**
	 * Waits here, and not for a timer that others may hold up.
	 * @throws CompletionException if it failed or took too long
	 */
	private static <T> T await(CompletableFuture<T> answer, Duration limit) {
		long deadline = System.nanoTime() + limit.toNanos();
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
				catch (ExecutionException ex) {
					throw new CompletionException(ex.getCause());
				}
				catch (TimeoutException ex) {
					throw new CompletionException(ex);
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Loses every lock, says goodbye and ends. Takes a bounded time. */
	void close() {
		this.availability.end();
		await(CompletableFuture.allOf(this.shards.stream().map(Shard::vacate).toArray(CompletableFuture[]::new)));
		await(CompletableFuture.allOf(this.shards.stream().map(Shard::close).toArray(CompletableFuture[]::new)));
		this.connector.close();
		this.loops.forEach(ThreadLoop::stop);
		this.shards.forEach(Shard::ended);
		this.callbacks.close();
		// Starts threads for callbacks until the last of them.
		drain();
		this.thread.stop();
	}

	/** Waits for a bounded time until something has come to its end. */
	void await(CompletableFuture<?> end) {
		try {
			end.get(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("The lock registry of node '" + PrintedNames.text(this.settings.node())
					+ "' could not say goodbye in time; " + "the other nodes will notice", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** So that listeners are told while what they need is still there. */
	private void drain() {
		if (Callbacks.isCurrent()) {
			return;
		}
		try {
			if (!this.callbacks.awaitEnd(DRAIN_LIMIT.toNanos())) {
				logger.debug("Some callbacks of node '" + PrintedNames.text(this.settings.node())
						+ "' outlast its lock registry");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
