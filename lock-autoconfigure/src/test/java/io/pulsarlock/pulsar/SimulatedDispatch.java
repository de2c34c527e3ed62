package io.pulsarlock.pulsar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.Position;
import io.pulsarlock.pulsar.ReadDemand.Step;
import org.jspecify.annotations.Nullable;

/**
 * A broker that dispatches a topic to one reader, as Pulsar does, and that reader, in
 * virtual time: a read that finds nothing makes the cursor blind for 10 ms.
 */
final class SimulatedDispatch {

	static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long BLIND = 10 * MILLI;

	private static final long TRIP = MILLI / 5;

	private static final int READ_BATCH = 100;

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(
			Comparator.comparingLong(Task::at).thenComparingLong(Task::number));

	private final TreeMap<Position, Integer> entries = new TreeMap<>();

	/** There, and never sent. */
	private final Set<Position> markers = new HashSet<>();

	private final Set<Position> own = new HashSet<>();

	private long now = 1_000_000_000_000L;

	private long number;

	private long ledger = 1;

	private long entry;

	/** After which position the cursor reads. */
	private Position cursor;

	private long permits;

	private boolean reading;

	private boolean waiting;

	private boolean connected = true;

	private long connection;

	boolean looksFail;

	/** How much longer a look takes than a round trip. */
	long lookDelay;

	private ReadDemand demand;

	private long wokenBy;

	final List<Position> sent = new ArrayList<>();

	/** By position, from the receipt to all before it having come. */
	final TreeMap<Position, Long> receipts = new TreeMap<>();

	final List<Long> delays = new ArrayList<>();

	int looks;

	int asks;

	int reconnects;

	int most;

	/** The longest time that it was connected without permit or look. */
	long idle;

	private long activeAt = this.now;

	private boolean active;

	private boolean looking;

	SimulatedDispatch() {
		this(Position.NONE);
	}

	SimulatedDispatch(Position after) {
		this.cursor = after;
	}

	void start(Position last) {
		this.demand = new ReadDemand(this.cursor, last, this.now);
		this.activeAt = this.now;
		advance();
	}

	long now() {
		return this.now;
	}

	void at(long delay, Runnable task) {
		this.tasks.add(new Task(this.now + delay, this.number++, task));
	}

	void run(long nanos) {
		long end = this.now + nanos;
		while (!this.tasks.isEmpty() && this.tasks.peek().at() <= end) {
			Task task = this.tasks.poll();
			this.now = task.at();
			note();
			task.task().run();
			note();
		}
		this.now = end;
		note();
	}

	private void note() {
		if (this.demand == null) {
			return;
		}
		if (this.active) {
			this.activeAt = this.now;
		}
		this.idle = Math.max(this.idle, this.now - this.activeAt);
		this.active = this.permits > 0 || this.looking || !this.connected;
	}

	void place() {
		this.demand.placed(this.now);
	}

	void release() {
		this.demand.releases();
	}

	/** The next entry of the topic; if it is an own one, all before it is needed. */
	Position write(int messages, boolean own) {
		return write(messages, own, true);
	}

	Position write(int messages, boolean own, boolean awaited) {
		Position position = new Position(this.ledger, this.entry++);
		this.entries.put(position, messages);
		if (own) {
			this.own.add(position);
			at(TRIP, () -> {
				if (awaited) {
					this.receipts.put(position, this.now);
				}
				this.demand.written(position, awaited, this.now);
				settle();
				advance();
			});
		}
		if (this.waiting) {
			this.waiting = false;
			at(TRIP / 2, () -> {
				this.reading = false;
				read();
			});
		}
		return position;
	}

	void writeMarker() {
		Position position = new Position(this.ledger, this.entry++);
		this.markers.add(position);
		this.entries.put(position, 1);
	}

	void roll() {
		this.ledger += 2;
		this.entry = 0;
	}

	/** An operator has the subscription skip what is there. */
	void skip() {
		this.cursor = this.entries.lastKey();
	}

	/** The broker has been asked for more than the reader knows. */
	void addPermits(int permits) {
		this.permits += permits;
		read();
	}

	void losePermits() {
		this.permits = 0;
	}

	void disconnect() {
		this.connected = false;
		this.connection++;
		this.permits = 0;
		this.reading = false;
		this.waiting = false;
		this.looking = false;
		this.demand.notFound(this.now);
		this.demand.connected(false, this.now);
		advance();
	}

	void connect() {
		this.connected = true;
		this.activeAt = this.now;
		this.cursor = this.sent.isEmpty() ? Position.NONE : this.sent.get(this.sent.size() - 1);
		this.demand.connected(true, this.now);
		this.demand.reconnected();
		advance();
	}

	private void advance() {
		Step step = this.demand.next(this.now);
		long alarm = ++this.wokenBy;
		if (step.waitNanos() != Step.NEVER) {
			at(step.waitNanos(), () -> {
				if (alarm == this.wokenBy) {
					advance();
				}
			});
		}
		if (step.permits() > 0 || step.look()) {
			note();
			this.activeAt = this.now;
		}
		if (step.permits() > 0) {
			this.asks++;
			this.most = Math.max(this.most, step.permits());
			deliver(() -> {
				this.permits += step.permits();
				read();
			});
		}
		if (step.look()) {
			look();
		}
		if (step.reconnect()) {
			this.reconnects++;
			disconnect();
			at(5 * MILLI, this::connect);
		}
	}

	private void look() {
		this.looks++;
		this.looking = true;
		deliver(() -> {
			Position last = this.entries.isEmpty() ? Position.NONE : this.entries.lastKey();
			deliver(this.lookDelay, () -> {
				this.looking = false;
				if (this.looksFail) {
					this.demand.notFound(this.now);
				}
				else {
					this.demand.found(last, this.now);
				}
				advance();
			});
		});
	}

	/** To the other side, unless the connection ends meanwhile. */
	private void deliver(Runnable task) {
		deliver(0, task);
	}

	private void deliver(long delay, Runnable task) {
		long connection = this.connection;
		at(delay + TRIP / 2, () -> {
			if (connection == this.connection) {
				task.run();
			}
		});
	}

	private void read() {
		if (this.reading || this.permits <= 0 || !this.connected) {
			return;
		}
		List<Position> batch = new ArrayList<>();
		long left = Math.min(this.permits, READ_BATCH);
		@Nullable Position next = this.entries.higherKey(this.cursor);
		while (next != null && left-- > 0) {
			batch.add(next);
			this.cursor = next;
			next = this.entries.higherKey(next);
		}
		this.reading = true;
		if (batch.isEmpty()) {
			deliverLater(BLIND, () -> {
				if (this.entries.higherKey(this.cursor) != null) {
					this.reading = false;
					read();
				}
				else {
					this.waiting = true;
				}
			});
			return;
		}
		for (Position position : batch) {
			if (!this.markers.contains(position)) {
				int messages = this.entries.get(position);
				this.permits -= messages;
				deliver(() -> came(position, messages));
			}
		}
		deliverLater(TRIP / 4, () -> {
			this.reading = false;
			read();
		});
	}

	private void deliverLater(long nanos, Runnable task) {
		long connection = this.connection;
		at(nanos, () -> {
			if (connection == this.connection) {
				task.run();
			}
		});
	}

	private void came(Position position, int messages) {
		this.sent.add(position);
		this.demand.came(position, messages, this.own.contains(position), this.now);
		settle();
		advance();
	}

	private void settle() {
		while (!this.receipts.isEmpty() && !this.sent.isEmpty()) {
			Position first = this.receipts.firstKey();
			Position before = this.entries.lowerKey(first);
			if (before != null && before.isAfter(this.sent.get(this.sent.size() - 1)) && !(this.own.contains(before))) {
				return;
			}
			this.delays.add(this.now - this.receipts.pollFirstEntry().getValue());
		}
	}

	/** Whether everything that can be sent was sent, in order and once at least. */
	boolean isComplete() {
		Set<Position> all = new HashSet<>(this.entries.keySet());
		all.removeAll(this.markers);
		return new HashSet<>(this.sent).containsAll(all);
	}

	private record Task(long at, long number, Runnable task) {
	}

}
