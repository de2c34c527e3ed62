package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.util.Assert;

/**
 * The network between one node and its brokers: a SOCKS5 proxy that the node's Pulsar
 * client is told to use, so that faults hit all its connections and nobody else's.
 * <p>
 * Every fault may be called from any thread, is in force when the call returns, for
 * present and for new connections, and lasts until {@link #heal()}. What is being written
 * at that very moment may still arrive. Faults add up: a link may be slow and throttled.
 * The resets are events: they hit the connections that are there. No fault makes the link
 * take in more than a fixed number of bytes; it stops to read, and the sender feels it.
 */
final class Link implements AutoCloseable {

	private final ServerSocket server;

	private final Set<LinkConnection> connections = ConcurrentHashMap.newKeySet();

	private final LinkFaults faults = new LinkFaults();

	private Link(ServerSocket server) {
		this.server = server;
		LinkConnection.daemon("link-accept", this::accept);
	}

	/**
	 * Opens a link on a free port.
	 * @param bindAddress the local address where the node reaches it
	 * @return the link, without a fault
	 * @throws IOException if it cannot listen there
	 */
	static Link open(String bindAddress) throws IOException {
		return new Link(new ServerSocket(0, 50, InetAddress.getByName(bindAddress)));
	}

	/** The port, at the address it was opened with. */
	int port() {
		return this.server.getLocalPort();
	}

	/** What the Pulsar client is given as {@code socks5ProxyAddress}. */
	InetSocketAddress address() {
		return new InetSocketAddress(this.server.getInetAddress(), port());
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket node = this.server.accept();
				LinkConnection connection = new LinkConnection(node, this.faults, this.connections::remove);
				this.connections.add(connection);
				connection.start();
				if (this.server.isClosed()) {
					// Safety: added before this question, so close() or this resets it.
					connection.reset();
				}
			}
			catch (IOException ex) {
				// Closed, or one connection that was gone again.
			}
		}
	}

	/** Resets both sides of every present connection. */
	void resetAll() {
		this.connections.forEach(LinkConnection::reset);
	}

	/**
	 * Resets every present connection towards its broker; the node's side stays open and
	 * silent until {@link #heal()} closes it.
	 */
	void resetBrokerSide() {
		this.connections.forEach(LinkConnection::resetBrokerSide);
	}

	/**
	 * Resets every present connection towards the node; the broker's side stays open and
	 * silent until {@link #heal()} closes it.
	 */
	void resetNodeSide() {
		this.connections.forEach(LinkConnection::resetNodeSide);
	}

	/**
	 * Lets bytes vanish into the dark, neither forwarded nor refused. Replaces an earlier
	 * call. A new connection seems to be made while any direction is dark, and gets no
	 * answer. What was sent in the dark is delivered after {@link #heal()}, unless the
	 * connection was closed meanwhile; such a close is not passed on before
	 * {@link #heal()} either.
	 * @param toBroker whether what the node sends goes dark
	 * @param toNode whether what the brokers send goes dark
	 */
	void blackhole(boolean toBroker, boolean toNode) {
		this.faults.blackhole(toBroker, toNode);
	}

	/**
	 * Delays every chunk in both directions. The order stays.
	 * @param delay how long, one way
	 */
	void delay(Duration delay) {
		Assert.isTrue(!delay.isNegative(), "'delay' must not be negative");
		this.faults.delay(delay.toNanos());
	}

	/**
	 * Limits what all brokers together send to the node, which starves its journal
	 * readers. The other direction stays as it is.
	 * @param bytesPerSecondToNode the limit
	 */
	void throttle(int bytesPerSecondToNode) {
		Assert.isTrue(bytesPerSecondToNode > 0, "'bytesPerSecondToNode' must be positive");
		this.faults.throttle(bytesPerSecondToNode);
	}

	/** Ends every fault; closes what is left of connections reset on one side. */
	void heal() {
		this.connections.forEach(LinkConnection::closeIfSevered);
		this.faults.heal();
	}

	/** How many connections have a side open, also one reset on the other side. */
	int connections() {
		return this.connections.size();
	}

	/** Resets all connections and listens no more. */
	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			// Nobody can connect either way.
		}
		resetAll();
		heal();
	}

}
