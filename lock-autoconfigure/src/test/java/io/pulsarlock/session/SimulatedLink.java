package io.pulsarlock.session;

import java.util.ArrayDeque;

/**
 * A TCP connection between a client and a broker: both directions in order, with delays
 * of their own; two ends that close at different times; and the keep-alive of both.
 */
final class SimulatedLink {

	/** A close reaches a living client before its next tick, as a rule. */
	private static final long NOTICE = 12 * SimulatedTime.MILLI;

	private final SimulatedTime time;

	private final SimulatedCluster cluster;

	private final SimulatedBroker broker;

	private final SimulatedClient client;

	private final long number;

	private final ArrayDeque<Runnable> stash = new ArrayDeque<>();

	private boolean open = true;

	private boolean brokerOpen = true;

	private boolean stalled;

	private long lastToBroker;

	private long lastToClient;

	private boolean clientWaitsForPong;

	private boolean brokerHeard = true;

	SimulatedLink(SimulatedCluster cluster, SimulatedBroker broker, SimulatedClient client, long number) {
		this.time = cluster.time();
		this.cluster = cluster;
		this.broker = broker;
		this.client = client;
		this.number = number;
		clientKeepAlive();
		brokerKeepAlive();
	}

	void toBroker(Runnable message) {
		if (!this.open) {
			return;
		}
		long delay = this.time.chance(0.01) ? this.time.skewed(0, SimulatedTime.SECOND)
				: this.time.between(50 * SimulatedTime.MICRO, 800 * SimulatedTime.MICRO);
		this.lastToBroker = Math.max(this.lastToBroker + 1, this.time.now() + delay);
		this.time.at(this.lastToBroker, () -> arrive(() -> {
			if (this.brokerOpen) {
				this.brokerHeard = true;
				message.run();
			}
		}));
	}

	void toClient(Runnable message) {
		if (!this.brokerOpen) {
			return;
		}
		long delay = this.time.chance(0.02) ? this.time.skewed(0, NOTICE)
				: this.time.between(50 * SimulatedTime.MICRO, 800 * SimulatedTime.MICRO);
		this.lastToClient = Math.max(this.lastToClient + 1, this.time.now() + delay);
		this.time.at(this.lastToClient, () -> arrive(() -> this.client.process().onNetwork(() -> {
			if (this.open) {
				this.clientWaitsForPong = false;
				message.run();
			}
		})));
	}

	/** Delays what is sent to the broker from now on. */
	void delayToBroker(long delay) {
		this.lastToBroker = Math.max(this.lastToBroker, this.time.now() + delay);
	}

	private void arrive(Runnable message) {
		if (this.stalled || !this.stash.isEmpty()) {
			this.stash.add(message);
		}
		else {
			message.run();
		}
	}

	/** From now on nothing arrives. */
	void stall() {
		this.stalled = true;
	}

	void heal() {
		if (this.stalled) {
			this.stalled = false;
			while (!this.stash.isEmpty()) {
				this.stash.peek().run();
				this.stash.poll();
			}
		}
	}

	private void clientKeepAlive() {
		this.client.process().later(this.cluster.plan().clientKeepAlive(), () -> {
			if (this.open) {
				if (this.clientWaitsForPong) {
					this.cluster.coverage().count("half-open links found by their client");
					this.time.trace(() -> "link     " + this + " is silent, closed by its client");
					closeByClient();
				}
				else {
					this.clientWaitsForPong = true;
					toBroker(() -> toClient(() -> {
					}));
					clientKeepAlive();
				}
			}
		});
	}

	private void brokerKeepAlive() {
		this.time.after(this.cluster.plan().brokerKeepAlive(), () -> {
			if (this.brokerOpen) {
				if (!this.brokerHeard) {
					this.cluster.coverage().count("half-open links found by the broker");
					closeByBroker();
				}
				else {
					this.brokerHeard = false;
					brokerKeepAlive();
				}
			}
		});
	}

	void closeByBroker() {
		if (this.brokerOpen) {
			this.brokerOpen = false;
			this.broker.closed(this);
			this.time.after(this.cluster.noticeDelay(NOTICE), () -> arrive(this::noticed));
		}
	}

	private void noticed() {
		this.client.process().onNetwork(() -> {
			if (this.open) {
				closeByClient();
			}
		});
	}

	/**
	 * Closed by the client; the broker learns of it after everything that was sent
	 * before.
	 */
	void closeByClient() {
		if (this.open) {
			toBroker(this::closeAtBroker);
			this.open = false;
			this.client.disconnected(this);
		}
	}

	private void closeAtBroker() {
		if (this.brokerOpen) {
			this.brokerOpen = false;
			this.broker.closed(this);
		}
	}

	/** The process has died; its kernel notifies the other end if it still runs. */
	void died(boolean told) {
		if (told) {
			toBroker(this::closeAtBroker);
		}
		this.open = false;
	}

	boolean isOpen() {
		return this.open;
	}

	boolean isOpenAtBroker() {
		return this.brokerOpen;
	}

	SimulatedBroker broker() {
		return this.broker;
	}

	SimulatedClient client() {
		return this.client;
	}

	long number() {
		return this.number;
	}

	@Override
	public String toString() {
		return this.client + "-" + this.number + "-" + this.broker;
	}

}
