package io.pulsarlock.session;

import java.util.concurrent.CompletionStage;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;

/**
 * One shard's journal as one node sees it. Opened by a {@link Connector}; never used
 * again once closed. Methods are called on the {@link Loop}, must not block, and may call
 * back on any thread.
 *
 * @since 0.1.0
 */
public interface Journal {

	/**
	 * Starts to read, at the earliest retained record or after any one that a heartbeat
	 * in the journal calls history. Records arrive in order, at least once. None is left
	 * out but by accident: an operator has moved the position from which the broker
	 * sends, or the client has dropped what was sent.
	 * @param listener who gets them
	 * @return after which position reading begins, {@link Position#NONE} if that is not
	 * known: with an entry, the one that a heartbeat calls history; without one, the
	 * ledger that is the earliest, or one before
	 */
	Position start(Listener listener);

	/**
	 * Reads a part of the journal again, while reading goes on as it does. What is there
	 * is told to the listener.
	 * @param after the last position before it; without an entry, from the earliest
	 * @param before the first position behind it
	 * @return completes when the listener has been told of everything in between that is
	 * still there, or exceptionally if it may not have been
	 * @since 0.2.0
	 */
	CompletionStage<?> readAgain(Position after, Position before);

	/**
	 * Appends a record. Records of one journal are appended in the order of the calls;
	 * after a reconnect those without an answer are sent again, in the same order.
	 * @param record the record
	 * @return completes with the record's position once it is persistent, or
	 * exceptionally if it will never be known to be; then so do those on their way behind
	 * it
	 */
	CompletionStage<Position> publish(JournalRecord record);

	/**
	 * The number of the present unbroken connection of reader and writer.
	 * @return zero while not connected, else a number that is larger for every new
	 * connection
	 */
	long connection();

	/**
	 * Says that records up to this one need not be kept for joining nodes.
	 * @param upTo the last record that may go
	 */
	void trim(Position upTo);

	/**
	 * Ends reading and writing after what was published before has been sent, or after a
	 * bounded time.
	 * @return completes when nothing is left
	 */
	CompletionStage<?> close();

	/** Who reads. */
	interface Listener {

		/**
		 * The next record.
		 * @param position its place
		 * @param record the record
		 */
		void received(Position position, JournalRecord record);

		/**
		 * A message that is no record: it takes a place in the journal and counts for
		 * nothing, on all nodes alike. Every position is told, by this or by the other
		 * method, so that a position that is never told is a loss.
		 * @param position its place
		 * @param cause why it is none
		 * @since 0.2.0
		 */
		void skipped(Position position, SkipCause cause);

	}

}
