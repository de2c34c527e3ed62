package io.pulsarlock.line;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of one live session.
 *
 * @since 0.1.0
 */
public final class SessionState {

	private final UUID id;

	private @Nullable SessionInfo info;

	/** What its latest heartbeat says of it. */
	private @Nullable SessionInfo claimed;

	private @Nullable Outsider other;

	private Position opened;

	private Position latest;

	private long sequence;

	/** By position, so that heartbeats can be made in ranges. */
	final TreeMap<Position, Ticket> tickets = new TreeMap<>();

	/** By number, which is unique: what names a ticket must not look at all of them. */
	private final Map<Long, Ticket> numbered = new HashMap<>();

	/** How many of its tickets are inside their lines. */
	int inside;

	/** The numbers of those of its tickets that it only keeps. */
	final Set<Long> idle = new HashSet<>();

	SessionState(UUID id, @Nullable SessionInfo info, Position opened, long sequence) {
		this.id = id;
		this.info = info;
		this.opened = opened;
		this.latest = opened;
		this.sequence = sequence;
	}

	/** Adds a ticket, or puts it in the place of what it says anew. */
	void put(Ticket ticket) {
		this.tickets.put(ticket.position(), ticket);
		this.numbered.put(ticket.number(), ticket);
	}

	void remove(Ticket ticket) {
		this.tickets.remove(ticket.position());
		this.numbered.remove(ticket.number());
		this.idle.remove(ticket.number());
	}

	/** The ticket with that number, whatever lock it is for. */
	@Nullable Ticket ticket(long number) {
		return this.numbered.get(number);
	}

	void heard(Position position, long sequence) {
		this.latest = position;
		this.sequence = sequence;
	}

	/**
	 * It says what it is. A session never changes that, so a heartbeat that says
	 * something else is believed only if the next one repeats it: one forged record does
	 * not make others wait for an hour, and one that is met first is soon corrected. Only
	 * where hints reach it may change at any time.
	 */
	void introduce(SessionInfo info) {
		SessionInfo before = this.info;
		if (before == null || info.equals(this.claimed) || info.equals(before.withHints(info.hints()))) {
			this.info = info;
		}
		this.claimed = info;
	}

	/** It writes what cannot be applied. What was said before and not now stays. */
	void speaks(Outsider record) {
		Outsider before = this.other;
		this.other = (record.node() != null || before == null) ? record : before;
	}

	/**
	 * What is known of a session that writes records which cannot be applied.
	 * @return null if its records can be
	 * @since 0.2.0
	 */
	public @Nullable Outsider outsider() {
		return this.other;
	}

	/**
	 * The session.
	 * @return its id
	 */
	public UUID id() {
		return this.id;
	}

	/**
	 * What it said of itself.
	 * @return null if only its tickets were seen so far
	 */
	public @Nullable SessionInfo info() {
		return this.info;
	}

	/**
	 * Its first record in this table: the session with the smallest is the oldest.
	 * @return the position
	 */
	public Position opened() {
		return this.opened;
	}

	/**
	 * Its latest record.
	 * @return the position
	 */
	public Position latest() {
		return this.latest;
	}

	/**
	 * The number of its latest record, by which it is told whether it was heard since: a
	 * copy that is sent again has another position.
	 * @return the number
	 */
	public long sequence() {
		return this.sequence;
	}

	/**
	 * Whether it is in front of a line, alone or with others that share the lock, so that
	 * others wait for it or may come to.
	 * @return true if one of its tickets owns a lock, or a part of one
	 * @since 0.2.0
	 */
	public boolean isInFront() {
		return this.inside > 0;
	}

	/**
	 * Its tickets, the oldest first.
	 * @return the tickets; a view
	 */
	public Collection<Ticket> tickets() {
		return Collections.unmodifiableCollection(this.tickets.values());
	}

}
