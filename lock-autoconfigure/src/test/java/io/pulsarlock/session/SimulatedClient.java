package io.pulsarlock.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * A node's Pulsar client: one connection, which is re-established whenever it is lost.
 */
final class SimulatedClient implements Connector {

	private static final long FIRST_BACKOFF = 5 * SimulatedTime.MILLI;

	private static final long LAST_BACKOFF = SimulatedTime.SECOND;

	private final String name;

	private final SimulatedCluster cluster;

	private final SimulatedTime time;

	private final SimulatedProcess process;

	private final Supplier<@Nullable Session> session;

	private final HintChannel hints;

	private final Set<SimulatedJournal> journals = new LinkedHashSet<>();

	/** How this node reads records. */
	private UnaryOperator<JournalRecord> view = UnaryOperator.identity();

	private @Nullable SimulatedLink link;

	private long numbers;

	/** To connect. */
	private long attempts;

	private long backoff = FIRST_BACKOFF;

	private long lagsUntil;

	private long cutOffUntil;

	SimulatedClient(String name, SimulatedCluster cluster, SimulatedProcess process,
			Supplier<@Nullable Session> session) {
		this.name = name;
		this.cluster = cluster;
		this.time = cluster.time();
		this.process = process;
		this.session = session;
		this.hints = cluster.hints().open(this);
		connect();
	}

	/** Whether it cannot apply records that others can. */
	boolean isDefective() {
		return (this.name.hashCode() + this.cluster.plan().seed()) % 2 == 0;
	}

	/** Only for a broken twin: how far its wall clock is ahead of that of others. */
	long millisAhead() {
		return Math.abs(this.name.hashCode()) % 3 * 1000L;
	}

	private void connect() {
		long attempt = ++this.attempts;
		long delay = this.time.between(SimulatedTime.MILLI, 5 * SimulatedTime.MILLI);
		this.process.later(delay, () -> {
			if (attempt != this.attempts) {
				return;
			}
			SimulatedBroker broker = this.cluster.lookup();
			if (broker == null || this.time.now() < this.cutOffUntil) {
				this.process.later(this.backoff, this::connect);
				this.backoff = Math.min(2 * this.backoff, LAST_BACKOFF);
				return;
			}
			this.backoff = FIRST_BACKOFF;
			SimulatedLink made = new SimulatedLink(this.cluster, broker, this, nextNumber());
			broker.connected(made);
			this.link = made;
			this.time.trace(() -> "link     " + made + " is open" + (this.cluster.isStale(broker) ? " (stale)" : ""));
			List.copyOf(this.journals).forEach(SimulatedJournal::connected);
		});
	}

	void disconnected(SimulatedLink closed) {
		if (this.link == closed) {
			this.link = null;
			this.time.trace(() -> "link     " + closed + " is closed");
			connect();
		}
	}

	@Override
	public CompletionStage<Journal> open(int shard) {
		this.cluster.throwing().application("a connector");
		CompletableFuture<Journal> opened = new CompletableFuture<>();
		open(opened, 0);
		return opened;
	}

	private void open(CompletableFuture<Journal> opened, int tries) {
		this.process.later(this.time.between(SimulatedTime.MILLI, 20 * SimulatedTime.MILLI), () -> {
			if (this.link != null) {
				SimulatedJournal journal = new SimulatedJournal(this);
				this.journals.add(journal);
				opened.complete(journal);
			}
			else if (tries > 50) {
				opened.completeExceptionally(new LockUnavailableException("simulated: not connected", null));
			}
			else {
				open(opened, tries + 1);
			}
		});
	}

	/** No connection can be made for a while. */
	void cutOff(long lasting) {
		this.cutOffUntil = this.time.now() + lasting;
	}

	/** It may connect again, and tries now. */
	void admit() {
		this.cutOffUntil = 0;
		if (this.link == null) {
			connect();
		}
	}

	/** Delays what the broker sends to readers. */
	void lag(long lasting) {
		this.lagsUntil = this.time.now() + lasting;
	}

	long lagsUntil() {
		return this.lagsUntil;
	}

	void view(UnaryOperator<JournalRecord> view) {
		this.view = view;
	}

	JournalRecord view(JournalRecord record) {
		return this.view.apply(record);
	}

	long nextNumber() {
		return ++this.numbers;
	}

	@Nullable SimulatedLink link() {
		return this.link;
	}

	/**
	 * Ends the process at once.
	 * @param told whether its kernel notifies the other end
	 */
	void die(boolean told) {
		this.process.die();
		if (this.link != null) {
			this.link.died(told);
		}
	}

	Set<SimulatedJournal> journals() {
		return this.journals;
	}

	@Override
	public HintChannel hints() {
		return this.hints;
	}

	/** Whether that is its session. */
	boolean isOf(UUID id) {
		Session session = this.session.get();
		return session != null && session.id().equals(id);
	}

	/** What its session knows; null while there is none. */
	@Nullable LineTable table() {
		Session session = this.session.get();
		return (session != null) ? session.table() : null;
	}

	/** Only for a broken twin: the first place of its session in the line of a lock. */
	@Nullable Position place(String lock) {
		LineTable table = table();
		return (table == null) ? null
				: table.line(lock)
					.stream()
					.filter((ticket) -> isOf(ticket.session()))
					.map(Ticket::position)
					.findFirst()
					.orElse(null);
	}

	Position applied() {
		LineTable table = table();
		return (table != null) ? table.applied() : Position.NONE;
	}

	SimulatedProcess process() {
		return this.process;
	}

	SimulatedCluster cluster() {
		return this.cluster;
	}

	@Override
	public void close() {
		// Nothing of its own.
	}

	@Override
	public String toString() {
		return this.name;
	}

}
