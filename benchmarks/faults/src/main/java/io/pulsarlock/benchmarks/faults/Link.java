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
 * The network between one node and its brokers: a SOCKS5 proxy for the node's Pulsar
 * client, so that faults hit all connections of this node and no others.
 * <p>
 * Every fault may be called from any thread, is in force when the call returns, for
 * existing and new connections, and lasts until {@link #heal()}. Bytes that are being
 * written at that moment may still arrive. Faults add up: a link may be slow and
 * throttled. Resets are events that hit the existing connections. No fault makes the link
 * buffer more than a fixed number of bytes; it then stops reading, which blocks the
 * sender.
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

	/** The {@code socks5ProxyAddress} for the Pulsar client. */
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
				// Closed, or a connection that had already ended.
			}
		}
	}

	/** Resets both sides of every existing connection. */
	void resetAll() {
		this.connections.forEach(LinkConnection::reset);
	}

	/**
	 * Resets every existing connection towards its broker; the node's side stays open and
	 * silent until {@link #heal()} closes it.
	 */
	void resetBrokerSide() {
		this.connections.forEach(LinkConnection::resetBrokerSide);
	}

	/**
	 * Resets every existing connection towards the node; the broker's side stays open and
	 * silent until {@link #heal()} closes it.
	 */
	void resetNodeSide() {
		this.connections.forEach(LinkConnection::resetNodeSide);
	}

	/**
	 * Swallows bytes, which are neither forwarded nor refused. Replaces an earlier call.
	 * While any direction is dark, a new connection seems to be established, but gets no
	 * answer. Bytes that were sent in the dark are delivered after {@link #heal()},
	 * unless the connection was closed in the meantime; such a close is not passed on
	 * before {@link #heal()} either.
	 * @param toBroker whether the direction to the brokers is dark
	 * @param toNode whether the direction to the node is dark
	 */
	void blackhole(boolean toBroker, boolean toNode) {
		this.faults.blackhole(toBroker, toNode);
	}

	/**
	 * Delays every chunk in both directions without reordering.
	 * @param delay the one-way delay
	 */
	void delay(Duration delay) {
		Assert.isTrue(!delay.isNegative(), "'delay' must not be negative");
		this.faults.delay(delay.toNanos());
	}

	/**
	 * Limits what all brokers together send to the node, which starves its journal
	 * readers. The other direction is not affected.
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

	/** The number of connections with an open side, even if the other side was reset. */
	int connections() {
		return this.connections.size();
	}

	/** Resets all connections and stops listening. */
	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			// No connection is possible either way.
		}
		resetAll();
		heal();
	}

}
