package io.pulsarlock.line;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;
import org.jspecify.annotations.Nullable;

/**
 * All lines of one shard as the log makes them. Deterministic: tables that applied the
 * same log are equal. The front ticket of a line owns the lock, together with those
 * behind it that fit its capacity with it (see {@link Share}).
 * <p>
 * A table starts <em>rebuilding</em>, from a suffix of the log that holds at least one
 * heartbeat of each live session, and takes sessions and tickets from heartbeats. Once it
 * has caught up it is {@link #seal() sealed}: from then on a session it does not know has
 * ended, because a live one would have been in the suffix, and its records are ignored.
 * <p>
 * Not safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class LineTable {

	private final Map<UUID, SessionState> sessions = new LinkedHashMap<>();

	private final Tickets tickets = new Tickets(this.sessions);

	private final ClaimedTickets claims = new ClaimedTickets(this.tickets);

	private final EndedSessions ended = new EndedSessions();

	private final FiredJobs jobs = new FiredJobs();

	private boolean sealed;

	/** Where it was sealed. */
	private Position began = Position.NONE;

	private Position applied = Position.NONE;

	/** Every entry from here to the last one applied was applied. */
	private Position unbroken = Position.NONE;

	/**
	 * Applies the next record of the log.
	 * @param position its place, after every one applied before
	 * @param record the record
	 * @return what it changed
	 * @throws IllegalArgumentException if the position is not after the last one
	 */
	public TableChange apply(Position position, JournalRecord record) {
		TableChange change = advance(position);
		if (!RecordBounds.mayStandAt(position, record)) {
			return change;
		}
		if (record instanceof Expel expel) {
			expel(expel, change);
		}
		SessionState session = writer(position, record, change);
		// A table that is rebuilt believes what is said of jobs of sessions that it has
		// not
		// met, too: what is forgotten stands in the log before it.
		boolean believed = session != null || (!this.sealed && this.ended.of(record.session()) == null);
		if (believed && this.jobs.apply(record)) {
			change.fire();
		}
		// So it does what they repeat of rests: to remember one for too long takes
		// nothing from any holder.
		if ((record instanceof Rest && session != null) || (record instanceof Resting
				&& (session != null || (!this.sealed && !this.sessions.containsKey(record.session()))))) {
			change.rest();
		}
		if (session == null) {
			return change;
		}
		change.accept();
		if (record instanceof Heartbeat heartbeat) {
			session.introduce(heartbeat.info());
			this.claims.apply(session, heartbeat, this.sealed, change);
		}
		else if (record instanceof Request request) {
			this.tickets.add(new Ticket(request.lock(), session.id(), request.sequence(), position, request.share()),
					session, change);
		}
		else if (record instanceof Release release) {
			this.tickets.remove(session, release.lock(), release.ticket(), change);
		}
		else if (record instanceof Downgrade downgrade) {
			this.tickets.downgrade(session, downgrade.lock(), downgrade.ticket(), change);
		}
		else if (record instanceof Idle idle) {
			idle(session, idle, change);
		}
		else if (record instanceof Revoke revoke) {
			change.revoke(this.tickets.at(revoke.lock(), revoke.place()));
		}
		else if (record instanceof Bye) {
			end(session, change);
		}
		else if (record instanceof Outsider other) {
			session.speaks(other);
			if (other.bye()) {
				end(session, change);
			}
		}
		return change;
	}

	/**
	 * Passes a position of the log that holds no record.
	 * @param position its place, after every one applied before
	 * @return what it changed: no line and no session
	 * @throws IllegalArgumentException if the position is not after the last one
	 * @since 0.2.0
	 */
	public TableChange skip(Position position) {
		return advance(position);
	}

	private TableChange advance(Position position) {
		if (!position.isAfter(this.applied)) {
			throw new IllegalArgumentException("Position " + position + " is not after " + this.applied);
		}
		TableChange change = new TableChange();
		if (!position.mayFollow(this.applied)) {
			change.miss();
		}
		if (!position.directlyFollows(this.applied)) {
			this.unbroken = position;
		}
		this.applied = position;
		return change;
	}

	/** The live session that wrote the record, or null if the record does not count. */
	private @Nullable SessionState writer(Position position, JournalRecord record, TableChange change) {
		UUID id = record.session();
		SessionState session = this.sessions.get(id);
		if (session != null) {
			// A session is of one version and one log, so this is a forgery, or noise.
			boolean foreign = (session.outsider() != null) != (record instanceof Outsider);
			if (foreign && record.sequence() > session.sequence()
					&& (isEncrypted(session.outsider()) || isEncrypted(record))) {
				// Neither noise nor forgery: what could be read before, or after, is
				// missing here, and nothing else would show it.
				throw new IllegalStateException(
						"some records of session " + id + " could be decrypted and some could not");
			}
			if (foreign || record.sequence() <= session.sequence()) {
				return null;
			}
			long next = (record instanceof Bye bye) ? bye.written() : record.sequence();
			// How another version numbers its records is not known, nor what is copied.
			if (next > session.sequence() + 1 && this.unbroken.isAfter(session.latest())
					&& !(record instanceof Outsider)) {
				change.miss();
			}
			session.heard(position, record.sequence());
			return session;
		}
		Position end = this.ended.of(id);
		if (end != null && !this.sealed && record instanceof Heartbeat heartbeat && heartbeat.upTo().isAfter(end)) {
			// It has read on from there, so its end was void: this table has begun with
			// a copy of something older than what the expulsion was judged by.
			this.ended.revoke(id);
			end = null;
		}
		if (end != null || !introduces(record)) {
			if (this.sealed && record instanceof Heartbeat heartbeat
					&& heartbeat.upTo().isAfter((end != null) ? end : this.began)) {
				// It has read on from where it ended, or from where this table would
				// have met it: no late copy, but a session that is alive by another log.
				change.miss();
			}
			return null;
		}
		session = new SessionState(id, null, position, record.sequence());
		this.sessions.put(id, session);
		return session;
	}

	private static boolean isEncrypted(@Nullable JournalRecord record) {
		return record instanceof OtherVersion other && other.version() == RecordCodec.ENCRYPTED;
	}

	private boolean introduces(JournalRecord record) {
		if (record instanceof Heartbeat heartbeat && heartbeat.opening()) {
			return true;
		}
		if (record instanceof Outsider other) {
			// Copies begin when an operator turns them on.
			return !other.bye() && (!this.sealed || other.sequence() == 0 || other instanceof Replicated);
		}
		return !this.sealed && (record instanceof Heartbeat || record instanceof Request);
	}

	private void idle(SessionState session, Idle idle, TableChange change) {
		Ticket ticket = Tickets.of(session, idle.lock(), idle.ticket());
		if (ticket != null
				&& (idle.idle() ? session.idle.add(ticket.number()) : session.idle.remove(ticket.number()))) {
			change.touched(ticket.lock());
		}
	}

	/**
	 * The compare-and-set: void if the session was heard again or its judge had read
	 * another ledger.
	 */
	private void expel(Expel expel, TableChange change) {
		SessionState target = this.sessions.get(expel.target());
		if (target != null && target.sequence() == expel.lastSeen() && expel.ledger() == this.applied.ledgerId()) {
			end(target, change);
		}
	}

	private void end(SessionState session, TableChange change) {
		for (Ticket ticket : List.copyOf(session.tickets())) {
			this.tickets.remove(session, ticket, change);
		}
		this.sessions.remove(session.id());
		this.ended.add(session.id(), this.applied);
		change.ended(session.id());
	}

	/**
	 * Says that everything up to here has been applied: the rebuilding is over.
	 */
	public void seal() {
		this.sealed = true;
		this.began = this.applied;
	}

	/**
	 * The position of the last record applied.
	 * @return {@link Position#NONE} before the first
	 */
	public Position applied() {
		return this.applied;
	}

	/**
	 * A lock's line.
	 * @param lock the lock's key
	 * @return its tickets in order; empty if it is not wanted
	 */
	public List<Ticket> line(String lock) {
		return this.tickets.line(lock);
	}

	/**
	 * The ticket that owns a lock, alone or with others.
	 * @param lock the lock's key
	 * @return null if it is not wanted
	 */
	public @Nullable Ticket front(String lock) {
		return this.tickets.front(lock);
	}

	/**
	 * Whether a ticket's owner has said that it only keeps its place, and gives it up as
	 * soon as another session wants the lock. False is no proof that it is used.
	 * @param ticket the ticket
	 * @return true if it said so last
	 */
	public boolean isIdle(Ticket ticket) {
		SessionState session = this.sessions.get(ticket.session());
		return session != null && session.idle.contains(ticket.number());
	}

	/**
	 * The tickets that own a lock together.
	 * @param lock the lock's key
	 * @return the front and those behind it that fit with it, in order; empty if the lock
	 * is not wanted
	 * @since 0.2.0
	 */
	public List<Ticket> inside(String lock) {
		Line line = this.tickets.find(lock);
		return (line != null) ? line.inside() : List.of();
	}

	/**
	 * Whether a ticket owns its lock, alone or with others.
	 * @param lock the lock's key
	 * @param position the ticket's place
	 * @return false if it waits, or is not in the line
	 * @since 0.2.0
	 */
	public boolean isInside(String lock, Position position) {
		Line line = this.tickets.find(lock);
		return line != null && line.isInside(position);
	}

	/**
	 * The ticket that is next after those that own the lock.
	 * @param lock the lock's key
	 * @return null if there is no waiter
	 */
	public @Nullable Ticket heir(String lock) {
		return this.tickets.heir(lock);
	}

	/**
	 * The first ticket after a place.
	 * @param lock the lock's key
	 * @param place the place, taken or not
	 * @return null if there is none
	 * @since 0.2.0
	 */
	public @Nullable Ticket after(String lock, Position place) {
		return this.tickets.after(lock, place);
	}

	/**
	 * The last ticket before a place.
	 * @param lock the lock's key
	 * @param place the place, taken or not
	 * @return null if there is none
	 * @since 0.2.0
	 */
	public @Nullable Ticket before(String lock, Position place) {
		return this.tickets.before(lock, place);
	}

	/**
	 * The ticket at a place.
	 * @param lock the lock's key
	 * @param position the place
	 * @return null if it is not in the line
	 */
	public @Nullable Ticket ticket(String lock, Position position) {
		return this.tickets.at(lock, position);
	}

	/**
	 * The locks that are held or awaited.
	 * @return their keys; a view
	 */
	public Set<String> locks() {
		return this.tickets.locks();
	}

	/**
	 * A live session.
	 * @param id its id
	 * @return null if it is not known or has ended
	 */
	public @Nullable SessionState session(UUID id) {
		return this.sessions.get(id);
	}

	/**
	 * The live sessions.
	 * @return the sessions; a view
	 */
	public Collection<SessionState> sessions() {
		return Collections.unmodifiableCollection(this.sessions.values());
	}

}
