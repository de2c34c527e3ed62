package io.pulsarlock.session;

import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * The doors as one session of one client sees them.
 */
final class SimulatedDoor implements Door {

	private static final long FIRST_BACKOFF = 5 * SimulatedTime.MILLI;

	private static final long OPERATION_TIMEOUT = 10 * SimulatedTime.SECOND;

	private final SimulatedClient client;

	private final SimulatedCluster cluster;

	SimulatedDoor(SimulatedClient client) {
		this.client = client;
		this.cluster = client.cluster();
	}

	@Override
	public Entry enter(String lock, Kind kind, int ordinal, Runnable changed) {
		this.cluster.throwing().port("a door that is entered");
		Attempt attempt = new Attempt(lock, kind, ordinal, changed);
		this.client.attempts().add(attempt);
		attempt.connect();
		this.client.process().later(OPERATION_TIMEOUT, attempt::timedOut);
		return attempt;
	}

	/** A consumer. */
	final class Attempt implements Entry {

		private final String lock;

		private final Kind kind;

		private final int ordinal;

		private final int hash;

		private final Runnable changed;

		private State state = State.PENDING;

		private long admission;

		private @Nullable LockException failure;

		private boolean attached;

		private boolean left;

		private long backoff = FIRST_BACKOFF;

		Attempt(String lock, Kind kind, int ordinal, Runnable changed) {
			this.lock = lock;
			this.kind = kind;
			this.ordinal = ordinal;
			this.hash = (int) SimulatedDoor.this.cluster.time().bits();
			this.changed = changed;
		}

		/** Subscribes on the present connection. */
		void connect() {
			SimulatedLink link = SimulatedDoor.this.client.link();
			if (link != null && !this.left) {
				link.toBroker(() -> link.broker().gate(this.lock, this.kind).subscribe(link, this));
			}
		}

		void disconnected() {
			if (!this.left) {
				this.backoff = FIRST_BACKOFF;
				change(0);
			}
		}

		void connected() {
			if (!this.left && twin(SimulationTwin.REENTRY_ASSUMED) && this.state == State.ADMITTED) {
				change(SimulatedDoor.this.client.nextNumber());
				return;
			}
			connect();
		}

		void admitted(SimulatedLink link) {
			if (this.left) {
				link.toBroker(() -> link.broker().gate(this.lock, this.kind).leave(link, this));
				return;
			}
			this.state = State.ADMITTED;
			this.backoff = FIRST_BACKOFF;
			change(SimulatedDoor.this.client.nextNumber());
		}

		void attached(SimulatedLink link) {
			this.attached = true;
		}

		void active(SimulatedLink link, boolean active) {
			if (this.left || link != SimulatedDoor.this.client.link()) {
				return;
			}
			if (active && this.admission == 0) {
				this.state = State.ADMITTED;
				change(SimulatedDoor.this.client.nextNumber());
			}
			else if (!active && this.admission != 0) {
				SimulatedDoor.this.cluster.coverage().count("leaders displaced at a failover door");
				change(0);
			}
		}

		void closed(SimulatedLink link) {
			if (!this.left && link == SimulatedDoor.this.client.link()) {
				disconnected();
				connectLater(link);
			}
		}

		private void connectLater(SimulatedLink link) {
			SimulatedDoor.this.client.process().later(this.backoff, () -> {
				if (link == SimulatedDoor.this.client.link()) {
					connect();
				}
			});
			this.backoff = Math.min(2 * this.backoff, SimulatedTime.SECOND);
		}

		void refused(SimulatedLink link) {
			if (this.left) {
				return;
			}
			if (this.state == State.PENDING) {
				this.state = State.REFUSED;
				SimulatedDoor.this.client.attempts().remove(this);
				this.left = true;
				this.changed.run();
			}
			else if (link == SimulatedDoor.this.client.link()) {
				connectLater(link);
			}
		}

		void timedOut() {
			if (!this.left && this.state == State.PENDING && !this.attached) {
				this.state = State.FAILED;
				this.failure = new LockUnavailableException("simulated timeout", null);
				leave();
				this.changed.run();
			}
		}

		private void change(long admission) {
			this.admission = admission;
			this.changed.run();
		}

		@Override
		public State state() {
			return this.state;
		}

		@Override
		public long admission() {
			return this.left ? 0 : this.admission;
		}

		@Override
		public @Nullable LockException failure() {
			return this.failure;
		}

		@Override
		public void leave() {
			if (!this.left) {
				this.left = true;
				SimulatedDoor.this.client.attempts().remove(this);
				SimulatedLink link = SimulatedDoor.this.client.link();
				if (link != null) {
					link.toBroker(() -> link.broker().gate(this.lock, this.kind).leave(link, this));
				}
			}
		}

		private boolean twin(SimulationTwin twin) {
			return SimulatedDoor.this.cluster.plan().twin(twin);
		}

		int ordinal() {
			return this.ordinal;
		}

		int hash() {
			return this.hash;
		}

	}

}
