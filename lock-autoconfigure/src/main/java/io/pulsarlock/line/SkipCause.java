package io.pulsarlock.line;

/**
 * Why a message of the journal counts for nothing. It is skipped by all nodes alike,
 * because its bytes alone say so, and, where records are signed, the keys that all nodes
 * share.
 *
 * @since 0.2.0
 */
public enum SkipCause {

	/** It has no content, as a tombstone of compaction. */
	EMPTY("a message without content"),

	/** It stands with others in one entry; a record is an entry of its own. */
	BATCH("a batch of messages"),

	/** It is a part of a message that is spread over several entries. */
	CHUNK("a chunk of a larger message"),

	/** It is encrypted. */
	ENCRYPTED("an encrypted message"),

	/** It is not of this library. */
	FOREIGN("a message that is not a record of this library"),

	/** It is of this library's form, with another checksum than its bytes have. */
	DAMAGED("a record that is damaged"),

	/** It is of this library's form, with values that no node writes. */
	INVALID("a record with values that no node writes"),

	/** It is not signed, and this node has a key. */
	UNSIGNED("a record that is not signed"),

	/** It is signed with no key that this node has. */
	OTHER_KEY("a record that is signed with a key which this node does not have");

	private final String description;

	SkipCause(String description) {
		this.description = description;
	}

	/**
	 * What was found, for people.
	 * @return a noun with its article
	 */
	public String description() {
		return this.description;
	}

}
