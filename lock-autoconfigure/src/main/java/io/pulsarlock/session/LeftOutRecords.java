package io.pulsarlock.session;

import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.Position;

/**
 * Says in the log that a part of one shard's journal was left out and is read again, once
 * for each part.
 */
final class LeftOutRecords {

	private static final SafeLog logger = SafeLog.of(LeftOutRecords.class);

	private final int shard;

	private final String node;

	/** Up to where it was said. */
	private Position said = Position.NONE;

	LeftOutRecords(int shard, String node) {
		this.shard = shard;
		this.node = node;
	}

	void note(JournalReader.Hole hole) {
		// Between ledgers there need not be anything: that a topic goes on in another one
		// is nothing to tell.
		if (hole.before().isAfter(this.said) && hole.before().ledgerId() == hole.after().ledgerId()) {
			this.said = hole.before();
			logger.info("Node '" + PrintedNames.text(this.node) + "' did not receive the records between "
					+ hole.after() + " and " + hole.before() + " in the journal of shard " + this.shard
					+ " and reads them again. A command such as"
					+ " clear-backlog or skip also moves the nodes' own subscriptions");
		}
	}

}
