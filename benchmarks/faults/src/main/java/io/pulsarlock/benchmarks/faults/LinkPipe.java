package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;

import io.pulsarlock.benchmarks.faults.LinkFaults.Direction;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection: a thread that reads ahead up to a bound, which also sees
 * a close, and a thread that writes when the faults allow it.
 */
final class LinkPipe {

	private static final int BOUND = 256 * 1024;

	private static final int CHUNK = 32 * 1024;

	private final LinkConnection connection;

	private final Socket from;

	private final Socket to;

	private final Direction direction;

	private final LinkFaults faults;

	/** Bytes that were read and not yet written; guarded by this, like the rest. */
	private final Deque<Chunk> chunks = new ArrayDeque<>();

	private int waiting;

	private boolean closedInTheDark;

	/** The writer has ended; what is read is dropped. */
	private boolean done;

	LinkPipe(LinkConnection connection, Socket from, Socket to, Direction direction, LinkFaults faults) {
		this.connection = connection;
		this.from = from;
		this.to = to;
		this.direction = direction;
		this.faults = faults;
	}

	void start() {
		LinkConnection.daemon("link-read-" + this.direction, this::read);
		LinkConnection.daemon("link-write-" + this.direction, this::write);
	}

	private void read() {
		boolean abrupt = false;
		try {
			InputStream in = this.from.getInputStream();
			byte[] buffer = new byte[CHUNK];
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				byte[] bytes = new byte[length];
				System.arraycopy(buffer, 0, bytes, 0, length);
				put(new Chunk(bytes, System.nanoTime(), false));
			}
		}
		catch (IOException ex) {
			abrupt = true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		putEnd(abrupt);
	}

	private synchronized void put(Chunk chunk) throws InterruptedException {
		while (this.waiting >= BOUND && !this.done) {
			wait();
		}
		if (this.done) {
			return;
		}
		this.waiting += chunk.bytes().length;
		this.chunks.add(chunk);
		notifyAll();
	}

	private void putEnd(boolean abrupt) {
		boolean dark = this.faults.isDark(this.direction);
		synchronized (this) {
			this.closedInTheDark = dark;
			this.chunks.add(new Chunk(null, System.nanoTime(), abrupt));
			notifyAll();
		}
	}

	private synchronized Chunk take() throws InterruptedException {
		while (this.chunks.isEmpty()) {
			wait();
		}
		return this.chunks.remove();
	}

	private synchronized void written(int length) {
		this.waiting -= length;
		notifyAll();
	}

	private synchronized boolean isClosedInTheDark() {
		return this.closedInTheDark;
	}

	private synchronized void done() {
		this.done = true;
		this.chunks.clear();
		notifyAll();
	}

	private void write() {
		try {
			OutputStream out = this.to.getOutputStream();
			Chunk chunk = take();
			while (chunk.bytes() != null) {
				write(out, chunk.bytes(), chunk.read());
				chunk = take();
			}
			if (this.faults.awaitTurn(this.direction, chunk.read(), 1, this.connection::isOver) > 0) {
				this.connection.end(chunk.abrupt());
			}
		}
		catch (IOException ex) {
			this.connection.end(true);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			done();
		}
	}

	private void write(OutputStream out, byte[] bytes, long read) throws IOException, InterruptedException {
		int written = 0;
		while (written < bytes.length) {
			int turn = this.faults.awaitTurn(this.direction, read, bytes.length - written, this.connection::isOver);
			if (turn == 0) {
				throw new IOException("The connection was ended by a fault");
			}
			if (!isClosedInTheDark()) {
				out.write(bytes, written, turn);
			}
			// Dropped bytes count as written, because the end of the stream follows them.
			written += turn;
		}
		written(bytes.length);
	}

	/**
	 * The bytes of one read.
	 *
	 * @param bytes the bytes, or null at the end of the stream
	 * @param read the time
	 * @param abrupt whether the stream ended with an error
	 */
	private record Chunk(byte @Nullable [] bytes, long read, boolean abrupt) {

	}

}
