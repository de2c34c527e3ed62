package io.pulsarlock.sample.page;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LockEvent;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * What has happened to the locks and leaderships of this node. An application that must
 * react does it the same way.
 */
@Component
class NodeEvents {

	private static final int KEPT = 30;

	private final Deque<Entry> entries = new ArrayDeque<>();

	@EventListener
	void leader(LeaderEvent event) {
		add(switch (event.type()) {
			case GRANTED -> "leads '" + event.group() + "', term " + event.term();
			case REVOKED -> "does not lead '" + event.group() + "' any more, term " + event.term();
			case VACANT -> "knows of no leader of '" + event.group() + "'";
			case OCCUPIED -> "knows of a leader of '" + event.group() + "' again";
		}, event.type() == LeaderEvent.Type.REVOKED || event.type() == LeaderEvent.Type.VACANT);
	}

	@EventListener
	void lock(LockEvent event) {
		String name = "'" + event.name() + "'";
		switch (event.type()) {
			case JEOPARDY -> add("out of touch, may lose " + name, true);
			case RECOVERED -> add("in touch again, has kept " + name, false);
			case LOST -> add("has lost " + name + ": " + event.reason(), true);
			case ACQUIRED, RELEASED -> {
				// Never published as application events.
			}
		}
	}

	private synchronized void add(String text, boolean bad) {
		this.entries.addFirst(new Entry(Instant.now(), text, bad));
		while (this.entries.size() > KEPT) {
			this.entries.removeLast();
		}
	}

	synchronized List<Entry> latest() {
		return List.copyOf(this.entries);
	}

	record Entry(Instant time, String text, boolean bad) {
	}

}
