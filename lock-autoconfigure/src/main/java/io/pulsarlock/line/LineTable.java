package io.pulsarlock.line;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import org.jspecify.annotations.Nullable;

/**
 * All lines of one shard as the log makes them. Deterministic: tables that applied the
 * same log are equal. The front ticket of a line owns the lock.
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

	/** How many ended sessions are remembered, so that a late copy opens none again. */
	private static final int REMEMBERED = 4096;

	private final Map<UUID, SessionState> sessions = new LinkedHashMap<>();

	private final Map<String, TreeMap<Position, Ticket>> lines = new HashMap<>();

	/** Where each of them has ended. */
	private final Map<UUID, Position> ended = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<UUID, Position> eldest) {
			return size() > REMEMBERED;
		}

	};

	/** The latest fire time of each job. */
	private final Map<String, Long> fired = new HashMap<>();

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
	public Change apply(Position position, JournalRecord record) {
		Change change = advance(position);
		if (!RecordBounds.mayStandAt(position, record)) {
			return change;
		}
		if (record instanceof Expel expel) {
			expel(expel, change);
		}
		SessionState session = writer(position, record, change);
		if (session != null || (!this.sealed && !this.ended.containsKey(record.session()))) {
			jobs(record, change);
		}
		if (session == null) {
			return change;
		}
		change.accept();
		if (record instanceof Heartbeat heartbeat) {
			heartbeat(session, heartbeat, change);
		}
		else if (record instanceof Request request) {
			request(session, request, change);
		}
		else if (record instanceof Release release) {
			remove(session, release.lock(), release.ticket(), change);
		}
		else if (record instanceof Idle idle) {
			idle(session, idle, change);
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
	public Change skip(Position position) {
		return advance(position);
	}

	private Change advance(Position position) {
		if (!position.isAfter(this.applied)) {
			throw new IllegalArgumentException("Position " + position + " is not after " + this.applied);
		}
		Change change = new Change();
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
	private @Nullable SessionState writer(Position position, JournalRecord record, Change change) {
		UUID id = record.session();
		SessionState session = this.sessions.get(id);
		if (session != null) {
			// A session is of one version and one log, so this is a forgery, or noise.
			boolean foreign = (session.outsider() != null) != (record instanceof Outsider);
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
		Position end = this.ended.get(id);
		if (end != null && !this.sealed && record instanceof Heartbeat heartbeat && heartbeat.upTo().isAfter(end)) {
			// It has read on from there, so its end was void: this table has begun with
			// a copy of something older than what the expulsion was judged by.
			this.ended.remove(id);
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

	private boolean introduces(JournalRecord record) {
		if (record instanceof Heartbeat heartbeat && heartbeat.opening()) {
			return true;
		}
		if (record instanceof Outsider other) {
			// Copies begin whenever somebody turns them on.
			return !other.bye() && (!this.sealed || other.sequence() == 0 || other instanceof Replicated);
		}
		return !this.sealed && (record instanceof Heartbeat || record instanceof Request);
	}

	private void heartbeat(SessionState session, Heartbeat heartbeat, Change change) {
		session.introduce(heartbeat.info());
		if (this.sealed) {
			compare(session, heartbeat, change);
		}
		else {
			rebuild(session, heartbeat, change);
		}
		Set<Position> claimed = new HashSet<>();
		heartbeat.claims().forEach((claim) -> claimed.add(claim.position()));
		// What the session itself no longer claims is gone. Nothing to do in a table that
		// saw the whole log: whatever took the ticket stands before the heartbeat.
		if (heartbeat.upTo().isAfter(heartbeat.from())) {
			for (Ticket ticket : List
				.copyOf(session.tickets.subMap(heartbeat.from(), false, heartbeat.upTo(), true).values())) {
				if (!claimed.contains(ticket.position())) {
					if (this.sealed) {
						change.disown();
					}
					remove(session, ticket, change);
				}
			}
		}
	}

	/** Compares what a session says of its tickets with what the log has said. */
	private void compare(SessionState session, Heartbeat heartbeat, Change change) {
		for (Claim claim : heartbeat.claims()) {
			Ticket known = session.tickets.get(claim.position());
			if (known == null && ticket(session, claim.lock(), claim.ticket()) != null) {
				change.disown();
			}
		}
	}

	/**
	 * Takes tickets from claims. What the session says of a ticket replaces what was made
	 * of its request, which may have been a second copy.
	 */
	private void rebuild(SessionState session, Heartbeat heartbeat, Change change) {
		for (Claim claim : heartbeat.claims()) {
			Ticket before = session.ticket(claim.ticket());
			Ticket ticket = new Ticket(claim.lock(), session.id(), claim.ticket(), claim.position());
			if (!ticket.equals(before)) {
				if (before != null) {
					remove(session, before, change);
				}
				add(ticket, session, change);
			}
		}
	}

	private void request(SessionState session, Request request, Change change) {
		add(new Ticket(request.lock(), session.id(), request.sequence(), this.applied), session, change);
	}

	/**
	 * Applies what is said of jobs. A table that is rebuilt believes it of sessions that
	 * it has not met, too: what is forgotten stands in the log before it.
	 */
	private void jobs(JournalRecord record, Change change) {
		if (record instanceof Fire fire) {
			Long before = this.fired.get(fire.job());
			if (before == null || before < fire.fireTime()) {
				this.fired.put(fire.job(), fire.fireTime());
				change.fire();
			}
		}
		else if (record instanceof Forget forget && this.fired.remove(forget.job()) != null) {
			change.fire();
		}
	}

	private void idle(SessionState session, Idle idle, Change change) {
		Ticket ticket = ticket(session, idle.lock(), idle.ticket());
		if (ticket != null
				&& (idle.idle() ? session.idle.add(ticket.number()) : session.idle.remove(ticket.number()))) {
			change.touched(ticket.lock());
		}
	}

	private void expel(Expel expel, Change change) {
		SessionState target = unheard(expel.target(), expel.lastSeen(), expel.ledger());
		if (target != null) {
			end(target, change);
		}
	}

	/**
	 * The compare-and-set: null if the session was heard again or whoever judged it had
	 * read another ledger, either of which voids the record.
	 */
	private @Nullable SessionState unheard(UUID id, long lastSeen, long ledger) {
		SessionState session = this.sessions.get(id);
		return (session != null && session.sequence() == lastSeen && ledger == this.applied.ledgerId()) ? session
				: null;
	}

	private void end(SessionState session, Change change) {
		for (Ticket ticket : List.copyOf(session.tickets())) {
			remove(session, ticket, change);
		}
		this.sessions.remove(session.id());
		this.ended.put(session.id(), this.applied);
		change.ended(session.id());
	}

	/**
	 * A place belongs to one record. Two that claim it cannot both be right, and a ticket
	 * that no session knows any more would stand in its line for ever.
	 */
	private void add(Ticket ticket, SessionState session, Change change) {
		TreeMap<Position, Ticket> line = this.lines.get(ticket.lock());
		Ticket taken = (line != null) ? line.get(ticket.position()) : null;
		if (taken != null && !taken.session().equals(session.id())) {
			return;
		}
		Ticket same = session.tickets.get(ticket.position());
		if (same != null) {
			remove(session, same, change);
		}
		Ticket before = front(ticket.lock());
		this.lines.computeIfAbsent(ticket.lock(), (lock) -> new TreeMap<>()).put(ticket.position(), ticket);
		session.put(ticket);
		follow(before, front(ticket.lock()), change);
		change.touched(ticket.lock());
	}

	private void remove(SessionState session, String lock, long number, Change change) {
		Ticket ticket = ticket(session, lock, number);
		if (ticket != null) {
			remove(session, ticket, change);
		}
	}

	private static @Nullable Ticket ticket(SessionState session, String lock, long number) {
		Ticket ticket = session.ticket(number);
		return (ticket != null && ticket.lock().equals(lock)) ? ticket : null;
	}

	private void remove(SessionState session, Ticket ticket, Change change) {
		session.remove(ticket);
		TreeMap<Position, Ticket> line = this.lines.get(ticket.lock());
		Ticket before = front(ticket.lock());
		if (line != null && line.remove(ticket.position()) != null) {
			if (line.isEmpty()) {
				this.lines.remove(ticket.lock());
			}
			follow(before, front(ticket.lock()), change);
			change.touched(ticket.lock());
		}
	}

	/** Counts of how many lines each session is in front. */
	private void follow(@Nullable Ticket before, @Nullable Ticket after, Change change) {
		if (before == after) {
			return;
		}
		SessionState last = (before != null) ? this.sessions.get(before.session()) : null;
		SessionState next = (after != null) ? this.sessions.get(after.session()) : null;
		if (last == next) {
			return;
		}
		if (last != null) {
			last.fronts--;
		}
		if (next != null && next.fronts++ == 0) {
			change.promote(next.id());
		}
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
	 * @return its tickets in order; empty if nobody wants it
	 */
	public List<Ticket> line(String lock) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		return (line != null) ? new ArrayList<>(line.values()) : List.of();
	}

	/**
	 * The ticket that owns a lock.
	 * @param lock the lock's key
	 * @return null if nobody wants it
	 */
	public @Nullable Ticket front(String lock) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		return (line != null && !line.isEmpty()) ? line.firstEntry().getValue() : null;
	}

	/**
	 * Whether a ticket's owner has said that it only keeps its place, and gives it up as
	 * soon as somebody else wants the lock. False is no proof that it is used.
	 * @param ticket the ticket
	 * @return true if it said so last
	 */
	public boolean isIdle(Ticket ticket) {
		SessionState session = this.sessions.get(ticket.session());
		return session != null && session.idle.contains(ticket.number());
	}

	/**
	 * The ticket that is next after the front.
	 * @param lock the lock's key
	 * @return null if nobody waits
	 */
	public @Nullable Ticket heir(String lock) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		if (line == null) {
			return null;
		}
		Map.Entry<Position, Ticket> next = line.higherEntry(line.firstKey());
		return (next != null) ? next.getValue() : null;
	}

	/**
	 * The ticket at a place.
	 * @param lock the lock's key
	 * @param position the place
	 * @return null if it is not in the line
	 */
	public @Nullable Ticket ticket(String lock, Position position) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		return (line != null) ? line.get(position) : null;
	}

	/**
	 * The locks somebody wants.
	 * @return their keys; a view
	 */
	public Set<String> locks() {
		return Collections.unmodifiableSet(this.lines.keySet());
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

	/**
	 * What one record changed.
	 */
	public static final class Change {

		private boolean accepted;

		private boolean fired;

		private boolean missing;

		private boolean disowned;

		private @Nullable UUID ended;

		private Set<String> locks = Set.of();

		private List<UUID> promoted = List.of();

		void promote(UUID session) {
			if (this.promoted.isEmpty()) {
				this.promoted = new ArrayList<>();
			}
			this.promoted.add(session);
		}

		void accept() {
			this.accepted = true;
		}

		void fire() {
			this.fired = true;
		}

		void miss() {
			this.missing = true;
		}

		void disown() {
			this.disowned = true;
		}

		void ended(UUID session) {
			this.ended = session;
		}

		void touched(String lock) {
			if (this.locks.isEmpty()) {
				this.locks = Set.of(lock);
			}
			else if (!this.locks.contains(lock)) {
				this.locks = new LinkedHashSet<>(this.locks);
				this.locks.add(lock);
			}
		}

		/**
		 * Whether the writer is a live session and had not written this record before.
		 * @return false if the record did not renew its writer
		 */
		public boolean accepted() {
			return this.accepted;
		}

		/**
		 * Whether records were lost before this one, so that this table is not what
		 * tables of others are: entries of the same ledger that were not applied; some of
		 * the same writer, when the log has gone on in another ledger since its last one,
		 * as they are numbered without gaps and written in order; or those which opened
		 * its session, or made void the one that ended it. A gap in a writer's numbers
		 * within what was read without a break is the writer's own mistake, and the same
		 * for every table.
		 * @return true if there must have been such records
		 */
		public boolean missing() {
			return this.missing;
		}

		/**
		 * Whether the writer does not know a ticket that this table has for it, or has it
		 * at another place, although the table has caught up. Soon after that it may be a
		 * remnant; else one of the two has not seen the whole log.
		 * @return true if there was such a ticket
		 */
		public boolean disowned() {
			return this.disowned;
		}

		/**
		 * Whether the record is the first for a fire time, or forgets one.
		 * @return false if it is for none, another was before, or there was none
		 */
		public boolean fired() {
			return this.fired;
		}

		/**
		 * The session the record ended.
		 * @return null if it ended none
		 */
		public @Nullable UUID ended() {
			return this.ended;
		}

		/**
		 * The sessions that were in front of no line and are in front of one now.
		 * @return their ids
		 * @since 0.2.0
		 */
		public List<UUID> promoted() {
			return this.promoted;
		}

		/**
		 * The locks whose line the record changed.
		 * @return their keys
		 */
		public Set<String> locks() {
			return this.locks;
		}

	}

}
