package io.pulsarlock.session;

import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * What was certainly written while the present connection stood. On the loop.
 */
final class ConnectionWatch {

	private final Journal journal;

	private long connection;

	/** The number of the first record that was sent on this connection. */
	private long first = Long.MAX_VALUE;

	private @Nullable Position liveFrom;

	ConnectionWatch(Journal journal) {
		this.journal = journal;
	}

	/**
	 * Looks at the connection.
	 * @return whether there is a new one
	 */
	boolean look() {
		long connection = this.journal.connection();
		if (connection == this.connection) {
			return false;
		}
		this.connection = connection;
		this.liveFrom = null;
		this.first = Long.MAX_VALUE;
		return connection != 0;
	}

	boolean isConnected() {
		return this.journal.connection() != 0;
	}

	/** A record has been sent on this connection. */
	void sent(long sequence) {
		this.first = Math.min(this.first, sequence);
	}

	/**
	 * An own record was read back: whatever stands behind one that was sent on this
	 * connection was written after the connection was made.
	 */
	void confirmed(long sequence, Position position) {
		if (sequence >= this.first) {
			this.liveFrom = position;
			this.first = Long.MAX_VALUE;
		}
	}

	/** Whether a record was written after this unbroken connection was made. */
	boolean isLive(Position position) {
		Position from = this.liveFrom;
		return from != null && position.isAfter(from) && this.journal.connection() == this.connection;
	}

}
