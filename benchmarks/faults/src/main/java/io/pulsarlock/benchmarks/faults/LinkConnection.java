package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Consumer;

import io.pulsarlock.benchmarks.faults.LinkFaults.Direction;

/**
 * One connection through a {@link Link}: its SOCKS5 handshake, then a {@link LinkPipe}
 * each way. It has its own threads; all methods may be called from any thread.
 */
final class LinkConnection {

	private static final int CONNECT_MILLIS = 10_000;

	/** Small, so that a sender soon blocks when nothing is read. */
	private static final int BUFFER = 128 * 1024;

	private final Socket node;

	private final Socket broker = new Socket();

	private final LinkFaults faults;

	private final Consumer<LinkConnection> onEnd;

	/** One side was reset; the other one is kept open and silent. Guarded by this. */
	private boolean severed;

	/** No byte is forwarded any more. Guarded by this. */
	private boolean over;

	LinkConnection(Socket node, LinkFaults faults, Consumer<LinkConnection> onEnd) {
		this.node = node;
		this.faults = faults;
		this.onEnd = onEnd;
	}

	static void daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	void start() {
		daemon("link-connect", this::connect);
	}

	private void connect() {
		try {
			this.node.setTcpNoDelay(true);
			this.node.setSendBufferSize(BUFFER);
			InetSocketAddress target = Socks.readTarget(this.node);
			// In the dark the proxy itself answers, because the client must see a broken
			// network and not a dead proxy.
			boolean dark = this.faults.isDark();
			if (dark) {
				Socks.reply(this.node, Socks.CONNECTED);
				this.faults.awaitLight(this::isOver);
				if (isOver()) {
					return;
				}
			}
			int reply = (target == null) ? Socks.NO_SUCH_ADDRESS_TYPE : connect(target);
			if (isOver()) {
				return;
			}
			if (!dark) {
				Socks.reply(this.node, reply);
			}
			if (reply != Socks.CONNECTED) {
				close();
				return;
			}
			new LinkPipe(this, this.node, this.broker, Direction.TO_BROKER, this.faults).start();
			new LinkPipe(this, this.broker, this.node, Direction.TO_NODE, this.faults).start();
		}
		catch (IOException ex) {
			end(true);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private int connect(InetSocketAddress target) {
		try {
			this.broker.setTcpNoDelay(true);
			this.broker.setReceiveBufferSize(BUFFER);
			this.broker.connect(target, CONNECT_MILLIS);
			return Socks.CONNECTED;
		}
		catch (IOException ex) {
			return Socks.REFUSED;
		}
	}

	synchronized boolean isOver() {
		return this.over;
	}

	/** One end is gone: so is the other, unless it is kept. */
	void end(boolean abrupt) {
		synchronized (this) {
			if (this.severed) {
				return;
			}
		}
		if (abrupt) {
			reset();
		}
		else {
			close();
		}
	}

	void reset() {
		finish(this.node, true);
		finish(this.broker, true);
		gone();
	}

	private void close() {
		finish(this.node, false);
		finish(this.broker, false);
		gone();
	}

	private void gone() {
		stop(false);
		this.onEnd.accept(this);
	}

	void resetBrokerSide() {
		stop(true);
		finish(this.broker, true);
	}

	void resetNodeSide() {
		stop(true);
		finish(this.node, true);
	}

	void closeIfSevered() {
		boolean close;
		synchronized (this) {
			close = this.severed;
		}
		if (close) {
			close();
		}
	}

	/** Safety: set before a socket is closed, so that no pipe takes that for an end. */
	private void stop(boolean sever) {
		synchronized (this) {
			this.severed |= sever;
			this.over = true;
		}
		this.faults.wake();
	}

	private static void finish(Socket socket, boolean abrupt) {
		try {
			if (abrupt && !socket.isClosed()) {
				socket.setSoLinger(true, 0);
			}
		}
		catch (IOException ex) {
			// No longer connected: nothing to reset.
		}
		try {
			socket.close();
		}
		catch (IOException ex) {
			// As good as closed.
		}
	}

}
