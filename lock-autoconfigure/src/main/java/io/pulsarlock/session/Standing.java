package io.pulsarlock.session;

import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Where one lock stands at one moment, as its session knows. Taken once for each
 * decision, so that all of it is decided by the same picture.
 *
 * @param now the moment
 * @param front who is in front of the line; null if the lock is not wanted
 * @param awaited whether another place in the line follows, or another session has asked
 * @param ours whether the place in front is one of this lock of this session
 * @param theirs whether another is, and is not only kept
 * @param rest for how long the lock rests, zero if it does not
 * @param mayGrant whether what is known is enough to grant, and the lock does not rest
 * @param fresh whether there is time left to hold something
 * @param base the first token behind what has been read
 */
record Standing(long now, @Nullable Ticket front, boolean awaited, boolean ours, boolean theirs, long rest,
		boolean mayGrant, boolean fresh, long base) {

	static Standing of(Session session, String key, Share share, LineHints hints, long now) {
		LineTable table = session.table();
		Ticket front = table.after(key, hints.gone());
		boolean awaited = front != null && (hints.isAsked() || table.after(key, front.position()) != null);
		boolean ours = front != null && front.session().equals(session.id()) && front.share().isExclusive()
				&& share.isExclusive();
		boolean theirs = front != null && !ours && !table.isIdle(front);
		long rest = session.restsFor(key, now);
		return new Standing(now, front, awaited, ours, theirs, rest, rest == 0 && session.mayGrant(),
				session.isFresh(now), session.token(table.applied()));
	}

	boolean isResting() {
		return this.rest > 0;
	}

}
