package io.pulsarlock.test.memory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;

/**
 * What stands for the broker: shards and the nodes' links to them, all on one thread, so
 * that everything happens in one order. Methods are called on that thread unless said
 * otherwise.
 */
final class MemoryBroker {

	private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task, "in-memory-lock-broker");
		thread.setDaemon(true);
		return thread;
	});

	private final Map<Integer, MemoryShard> shards = new TreeMap<>();

	private final Set<MemoryConnector> connectors = new LinkedHashSet<>();

	/** Who the switches are in the journal: no session at all. */
	private final UUID administrator = UUID.randomUUID();

	private long ledgers;

	private volatile boolean stopped;

	MemoryBroker() {
		// Its one thread starts here, so that no test takes it for a node's.
		execute(() -> {
		});
	}

	/** Runs a task later. Any thread; dropped after the end. */
	void execute(Runnable task) {
		try {
			this.thread.execute(task);
		}
		catch (RejectedExecutionException ex) {
			// All nodes are closed: no caller waits for it any more.
		}
	}

	/** Runs a task and waits for it. Any thread but the broker's. */
	<T> T ask(Supplier<T> question) {
		try {
			return CompletableFuture.supplyAsync(question, this.thread).join();
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("The in-memory lock cluster is closed", ex);
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : ex;
		}
	}

	/** A run of positions; larger than every one before, in whatever shard. */
	long nextLedger() {
		return ++this.ledgers;
	}

	MemoryShard shard(int index) {
		return this.shards.computeIfAbsent(index, (any) -> new MemoryShard(index, this));
	}

	boolean add(MemoryConnector connector) {
		if (this.stopped) {
			connector.disconnect();
		}
		return this.connectors.add(connector);
	}

	void remove(MemoryConnector connector) {
		this.connectors.remove(connector);
	}

	/** Any thread. */
	void stop() {
		ask(() -> {
			this.stopped = true;
			this.connectors.forEach(MemoryConnector::disconnect);
			return true;
		});
	}

	/** Any thread. */
	void resume() {
		ask(() -> {
			if (this.stopped) {
				this.stopped = false;
				this.shards.values().forEach(MemoryShard::rollOver);
				this.connectors.stream().filter((each) -> !each.isAway()).forEach(MemoryConnector::connect);
			}
			return true;
		});
	}

	/** Any thread. */
	boolean isStopped() {
		return this.stopped;
	}

	boolean away(MemoryConnector connector, boolean away) {
		connector.away(away);
		if (away) {
			connector.disconnect();
		}
		else if (!this.stopped) {
			connector.connect();
		}
		return true;
	}

	/**
	 * Ends the session of a node that is in front of a line, alone or with others. The
	 * compare-and-set never fails, because the latest record is looked up and the
	 * expulsion written in one step.
	 * @param before told the token that is lost; gives what completes when the node has
	 * noticed
	 * @return false if the node is not
	 */
	boolean expelHolder(MemoryConnector node, String key, LongFunction<CompletableFuture<?>> before) {
		for (MemoryShard shard : this.shards.values()) {
			Ticket held = shard.table()
				.inside(key)
				.stream()
				.filter((ticket) -> node.sessions().contains(ticket.session()))
				.findFirst()
				.orElse(null);
			SessionState holder = (held != null) ? shard.table().session(held.session()) : null;
			if (held != null && holder != null) {
				CompletableFuture<?> noticed = before.apply(held.position().token());
				shard.append(new Expel(this.administrator, 0, holder.id(), holder.sequence(), shard.ledger()));
				node.journals()
					.stream()
					.filter((journal) -> holder.id().equals(journal.session()))
					.findFirst()
					.ifPresentOrElse((journal) -> shard.deliverFirst(journal, noticed), shard::deliver);
				return true;
			}
		}
		return false;
	}

	/** Ends the node's sessions; completes when it has noticed. */
	CompletableFuture<Void> expel(MemoryConnector node) {
		List<CompletableFuture<?>> ends = new ArrayList<>();
		for (MemoryJournal journal : List.copyOf(node.journals())) {
			MemoryShard shard = journal.shard();
			UUID session = journal.session();
			SessionState state = (session != null) ? shard.table().session(session) : null;
			if (state != null) {
				shard.append(new Expel(this.administrator, 0, state.id(), state.sequence(), shard.ledger()));
				shard.deliverFirst(journal, journal.ended());
				ends.add(journal.ended());
			}
		}
		return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
	}

	/** Any thread. */
	List<String> openObjects() {
		return this.thread.isShutdown() ? List.of()
				: ask(() -> this.connectors.stream()
					.flatMap((connector) -> connector.openObjects().stream())
					.sorted()
					.toList());
	}

	/** Any thread. */
	long count(ToLongFunction<MemoryShard> counter) {
		return ask(() -> this.shards.values().stream().mapToLong(counter).sum());
	}

	/** Any thread. */
	void close() {
		this.thread.shutdown();
	}

}
