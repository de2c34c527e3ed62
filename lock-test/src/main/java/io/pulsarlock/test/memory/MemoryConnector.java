package io.pulsarlock.test.memory;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.Journal;

/**
 * One node's link to the shards. State is the broker's thread's own, except the number of
 * the connection, which any thread may read.
 */
final class MemoryConnector implements Connector {

	private final MemoryBroker broker;

	private final String node;

	private final Set<MemoryJournal> journals = new LinkedHashSet<>();

	private long connections = 1;

	private volatile long connection = 1;

	private boolean away;

	MemoryConnector(MemoryBroker broker, String node) {
		this.broker = broker;
		this.node = node;
	}

	@Override
	public CompletionStage<Journal> open(int shard) {
		CompletableFuture<Journal> opened = new CompletableFuture<>();
		this.broker.execute(() -> {
			if (!isConnected()) {
				opened.completeExceptionally(
						new LockUnavailableException("The in-memory lock cluster is out of reach of node '"
								+ PrintedNames.text(this.node) + "': it was stopped or the node was disconnected"));
				return;
			}
			MemoryShard place = this.broker.shard(shard);
			MemoryJournal journal = new MemoryJournal(this, this.broker, place);
			place.add(journal);
			this.journals.add(journal);
			opened.complete(journal);
		});
		return opened;
	}

	/** Nothing of this node is heard or told from now on. */
	void disconnect() {
		this.connection = 0;
	}

	void connect() {
		if (!isConnected()) {
			this.connection = ++this.connections;
			List.copyOf(this.journals).forEach(MemoryJournal::connected);
		}
	}

	boolean isConnected() {
		return this.connection != 0;
	}

	long connection() {
		return this.connection;
	}

	/** Whether it was disconnected by its own switch. */
	boolean isAway() {
		return this.away;
	}

	void away(boolean away) {
		this.away = away;
	}

	void remove(MemoryJournal journal) {
		this.journals.remove(journal);
	}

	Set<MemoryJournal> journals() {
		return this.journals;
	}

	Set<UUID> sessions() {
		return this.journals.stream()
			.map(MemoryJournal::session)
			.filter(Objects::nonNull)
			.collect(Collectors.toUnmodifiableSet());
	}

	List<String> openObjects() {
		return this.journals.stream()
			.map((journal) -> "journal of node '" + this.node + "' in shard " + journal.shard().index())
			.toList();
	}

	@Override
	public void close() {
		this.broker.execute(() -> {
			List.copyOf(this.journals).forEach(MemoryJournal::end);
			this.broker.remove(this);
		});
	}

}
