package io.pulsarlock.session;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.Hint;
import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * What hints have said of one line (rule 13 of the protocol). On the loop.
 */
final class LineHints {

	/** More are not told of a release; they read of it. */
	private static final int MOST = 100;

	private final String key;

	private final ShardHints hints;

	/** No ticket up to here holds the lock, or will. */
	private Position gone = Position.NONE;

	/** Have asked for the lock, and may not be in line yet. */
	private Set<UUID> asking = Set.of();

	/** The lock may rest, of which only the journal tells the others. */
	private boolean resting;

	/** The ticket this session has asked the owner of. */
	private @Nullable Ticket asked;

	LineHints(String key, ShardHints hints) {
		this.key = key;
		this.hints = hints;
	}

	/** No ticket up to this place holds the lock. */
	Position gone() {
		return this.gone;
	}

	/** Whether another session has asked for the lock since this one has it. */
	boolean isAsked() {
		return !this.asking.isEmpty();
	}

	/**
	 * A hint has come.
	 * @param holding whether this session has the lock
	 */
	void received(Session session, Hint hint, boolean holding) {
		if (hint instanceof Gone hinted) {
			advance(hinted.place());
		}
		else if (!holding) {
			this.hints.answer(session, (Ask) hint);
		}
		else if (this.asking.size() < MOST) {
			this.asking = this.asking.isEmpty() ? new LinkedHashSet<>() : this.asking;
			this.asking.add(hint.session());
		}
	}

	private void advance(Position place) {
		if (place.isAfter(this.gone)) {
			this.gone = place;
		}
	}

	/**
	 * This session has requested a place. Whoever has the lock may not read of that for a
	 * while. If others wait, it need not: the last of them will have read it in time.
	 */
	void requested(Session session, @Nullable Ticket front) {
		if (front != null && session.table().after(this.key, front.position()) == null) {
			ask(session, front);
		}
	}

	/** This session has read its place. It may be next only now. */
	void placed(Session session, Position place) {
		Ticket front = session.table().after(this.key, this.gone);
		if (front != null && front == session.table().before(this.key, place)) {
			ask(session, front);
		}
	}

	/** Whoever shares the lock has nothing to tell. */
	private void ask(Session session, Ticket front) {
		if (front != this.asked && front.share().isExclusive()) {
			this.asked = front;
			this.hints.ask(session, front);
		}
	}

	/** The lock is to rest. The next in line must have read of that before it enters. */
	void rest() {
		this.resting = true;
	}

	/**
	 * The session has given up the lock.
	 * @param place by which it had all of the lock; null if it had not
	 */
	void left(Session session, @Nullable Position place) {
		if (place != null && !this.resting && this.hints.isOn()) {
			advance(place);
			this.hints.leave(session, this.key, place, this.asking);
		}
		this.resting = false;
		this.asking = Set.of();
	}

	/** The session is over. */
	void clear() {
		this.gone = Position.NONE;
		this.asking = Set.of();
		this.asked = null;
		this.resting = false;
	}

}
