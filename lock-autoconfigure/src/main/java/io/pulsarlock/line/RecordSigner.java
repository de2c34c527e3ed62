package io.pulsarlock.line;

/**
 * Signs the records of one journal, and tells whether one of them was signed by a node of
 * the same cluster. Safe for use by any number of threads.
 * <p>
 * A node signs with each of its keys, and one that it has too is enough to verify. So of
 * two nodes either both verify what the other one writes or neither does.
 *
 * @since 0.2.0
 */
public interface RecordSigner {

	/** The length of a signature in bytes. */
	int LENGTH = 16;

	/** The largest number of signatures of one record. */
	int MAX_SIGNATURES = 8;

	/**
	 * Signs a record.
	 * @param bytes begin with the record
	 * @param length the length of the record
	 * @return one to {@link #MAX_SIGNATURES} signatures of {@link #LENGTH} bytes, one
	 * after the other
	 */
	byte[] sign(byte[] bytes, int length);

	/**
	 * Whether a record was signed with a key of the cluster, for this journal.
	 * @param bytes begin with the record; its signatures follow
	 * @param length the length of the record without its signatures
	 * @param signatures how many of them follow
	 * @return false if it was not, or was changed since
	 */
	boolean isSigned(byte[] bytes, int length, int signatures);

}
