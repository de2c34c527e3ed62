package io.pulsarlock.sample.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The link between one node and Pulsar: a SOCKS 5 proxy, because a Pulsar client connects
 * to whatever addresses the brokers name. While it is cut it swallows everything and
 * closes nothing, as a pulled cable would.
 */
final class Link implements AutoCloseable {

	private final ServerSocket server;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile boolean cut;

	Link() {
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		run(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	boolean isCut() {
		return this.cut;
	}

	void cut() {
		this.cut = true;
	}

	/** What was swallowed is lost, so the connections have to be made anew. */
	void mend() {
		this.cut = false;
		this.sockets.forEach(Link::close);
		this.sockets.clear();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket socket = this.server.accept();
				this.sockets.add(socket);
				run(() -> connect(socket));
			}
			catch (IOException ex) {
				// The demo ends, or one connection is lost.
			}
		}
	}

	/** RFC 1928: no authentication, CONNECT only. */
	private void connect(Socket client) {
		try {
			DataInputStream in = new DataInputStream(client.getInputStream());
			in.readByte();
			in.readNBytes(in.readUnsignedByte());
			client.getOutputStream().write(new byte[] { 5, 0 });
			in.readNBytes(3);
			InetAddress address = switch (in.readByte()) {
				case 1 -> InetAddress.getByAddress(in.readNBytes(4));
				case 4 -> InetAddress.getByAddress(in.readNBytes(16));
				default ->
					InetAddress.getByName(new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII));
			};
			int port = in.readUnsignedShort();
			// Always said, and before it is tried: a Pulsar client whose connection ends
			// while it still talks to the proxy waits for it for ever.
			client.getOutputStream().write(new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 });
			if (this.cut) {
				in.transferTo(OutputStream.nullOutputStream());
				return;
			}
			Socket broker = new Socket(address, port);
			this.sockets.add(broker);
			client.setTcpNoDelay(true);
			broker.setTcpNoDelay(true);
			run(() -> pump(broker, client));
			pump(client, broker);
		}
		catch (IOException ex) {
			close(client);
			this.sockets.remove(client);
		}
	}

	private void pump(Socket from, Socket to) {
		byte[] buffer = new byte[16384];
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				if (!this.cut) {
					out.write(buffer, 0, read);
				}
			}
		}
		catch (IOException ex) {
			// Either side has closed.
		}
		if (!this.cut) {
			close(from);
			close(to);
			this.sockets.remove(from);
			this.sockets.remove(to);
		}
	}

	private static void run(Runnable task) {
		Thread thread = new Thread(task, "demo-link");
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// Closed is closed.
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		mend();
	}

}
