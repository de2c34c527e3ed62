package io.pulsarlock.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.pulsarlock.line.Hint;
import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Sends the hints of one shard (rule 13 of the protocol), and counts what they bring. On
 * the loop, unless said otherwise.
 */
final class ShardHints {

	/** Locks whose latest holding is remembered, for nodes that ask too late. */
	private static final int REMEMBERED = 1000;

	private final int shard;

	private final HintChannel channel;

	/** By which places this session has held locks last. */
	private final Map<String, Position> left = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
			return size() > REMEMBERED;
		}

	};

	private volatile long grants;

	/** Before the journal said that it is this session's turn. */
	private volatile long hintedGrants;

	ShardHints(int shard, HintChannel channel) {
		this.shard = shard;
		this.channel = channel;
	}

	/** Whether they reach this node. Any thread. */
	boolean isOn() {
		return this.channel.address() != 0;
	}

	/** A lock was granted. */
	void granted(boolean hinted) {
		this.grants++;
		if (hinted) {
			this.hintedGrants++;
		}
	}

	/** How many locks were granted. Any thread. */
	long grants() {
		return this.grants;
	}

	/** How many of them by a hint. Any thread. */
	long hintedGrants() {
		return this.hintedGrants;
	}

	/** This session waits for a lock that another one has, or had when it was read. */
	void ask(Session session, Ticket front) {
		send(session, front.session(), new Ask(this.shard, session.id(), front.lock()));
	}

	/**
	 * This session has held a lock and does not any more.
	 * @param others who has asked for it
	 */
	void leave(Session session, String lock, Position place, Iterable<UUID> others) {
		this.left.put(lock, place);
		Gone gone = new Gone(this.shard, session.id(), lock, place);
		Ticket next = session.table().after(lock, place);
		UUID heir = (next != null) ? next.session() : null;
		if (heir != null) {
			send(session, heir, gone);
		}
		others.forEach((other) -> {
			if (!other.equals(heir)) {
				send(session, other, gone);
			}
		});
	}

	/** A session asks for a lock that this one may have had until a moment ago. */
	void answer(Session session, Ask ask) {
		Position place = this.left.get(ask.lock());
		if (place != null) {
			send(session, ask.session(), new Gone(this.shard, session.id(), ask.lock(), place));
		}
	}

	private void send(Session session, UUID to, Hint hint) {
		SessionState other = session.table().session(to);
		SessionInfo info = (other != null) ? other.info() : null;
		if (info != null && info.hints() != 0 && !to.equals(session.id())) {
			this.channel.send(info.hints(), hint);
		}
	}

	/**
	 * Whether a hint may be true as far as is known: its session is there, and the ticket
	 * is its own if there still is one.
	 */
	static boolean isCredible(Hint hint, Session session) {
		if (hint.session().equals(session.id()) || session.table().session(hint.session()) == null) {
			return false;
		}
		@Nullable Ticket ticket = (hint instanceof Gone gone) ? session.table().ticket(hint.lock(), gone.place()) : null;
		return ticket == null || ticket.session().equals(hint.session());
	}

	/** The session is over: another one may have another log. */
	void clear() {
		this.left.clear();
	}

}
