package io.pulsarlock.test.memory;

import io.pulsarlock.LockException;
import io.pulsarlock.session.Door;
import org.jspecify.annotations.Nullable;

/**
 * One node at one door. Like a consumer, one that was inside or in line comes back by
 * itself after a disconnection, and every time it is inside counts as a new admission.
 */
final class MemoryEntry implements Door.Entry {

	private final MemoryConnector connector;

	private final MemoryBroker broker;

	private final MemoryShard shard;

	private final String lock;

	private final Door.Kind kind;

	private final int ordinal;

	private final Runnable changed;

	private volatile Door.State state = Door.State.PENDING;

	private volatile long admission;

	private volatile boolean left;

	private long admissions;

	MemoryEntry(MemoryConnector connector, MemoryBroker broker, MemoryShard shard, String lock, Door.Kind kind,
			int ordinal, Runnable changed) {
		this.connector = connector;
		this.broker = broker;
		this.shard = shard;
		this.lock = lock;
		this.kind = kind;
		this.ordinal = ordinal;
		this.changed = changed;
	}

	/** Goes to the door, as soon as the node is connected. */
	void arrive() {
		if (!this.left && this.connector.isConnected()) {
			this.shard.gate(this.lock, this.kind).arrive(this);
		}
	}

	void admitted() {
		this.admission = ++this.admissions;
		this.state = Door.State.ADMITTED;
		this.changed.run();
	}

	/** Not inside, but in line. */
	void passive() {
		this.admission = 0;
		this.changed.run();
	}

	void refused() {
		this.state = Door.State.REFUSED;
		this.connector.remove(this);
		this.changed.run();
	}

	void disconnected() {
		this.admission = 0;
		this.shard.leave(this.lock, this);
		this.changed.run();
	}

	void gone() {
		this.left = true;
		this.admission = 0;
		this.connector.remove(this);
		this.shard.leave(this.lock, this);
	}

	/** Whether it was inside before, so that it is never refused. */
	boolean isReturning() {
		return this.state == Door.State.ADMITTED;
	}

	int ordinal() {
		return this.ordinal;
	}

	String lock() {
		return this.lock;
	}

	@Override
	public Door.State state() {
		return this.state;
	}

	@Override
	public long admission() {
		return this.left ? 0 : this.admission;
	}

	@Override
	public @Nullable LockException failure() {
		return null;
	}

	@Override
	public void leave() {
		this.left = true;
		this.broker.execute(this::gone);
	}

}
