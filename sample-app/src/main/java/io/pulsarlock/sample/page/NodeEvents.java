package io.pulsarlock.sample.page;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipOccupied;
import io.pulsarlock.LeadershipRecovered;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LeadershipVacant;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockRecovered;

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
	void granted(LeadershipGranted event) {
		add("leads '" + event.group() + "', term " + event.term(), false);
	}

	@EventListener
	void revoked(LeadershipRevoked event) {
		add("no longer leads '" + event.group() + "', term " + event.term() + ": " + event.reason(), true);
	}

	@EventListener
	void vacant(LeadershipVacant event) {
		add("knows no leader of '" + event.group() + "'", true);
	}

	@EventListener
	void occupied(LeadershipOccupied event) {
		add("knows a leader of '" + event.group() + "' again", false);
	}

	@EventListener
	void jeopardized(LeadershipJeopardized event) {
		add("out of touch, may lose the leadership of '" + event.group() + "'", true);
	}

	@EventListener
	void recovered(LeadershipRecovered event) {
		add("in touch again, has kept the leadership of '" + event.group() + "'", false);
	}

	@EventListener
	void jeopardized(LockJeopardized event) {
		add("out of touch, may lose '" + event.name() + "'", true);
	}

	@EventListener
	void recovered(LockRecovered event) {
		add("in touch again, has kept '" + event.name() + "'", false);
	}

	@EventListener
	void lost(LockLost event) {
		add("has lost '" + event.name() + "': " + event.reason(), true);
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
