package io.pulsarlock.line;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What one record changed in a {@link LineTable}.
 *
 * @since 0.2.0
 */
public final class TableChange {

	private boolean accepted;

	private boolean fired;

	private boolean resting;

	private boolean missing;

	private boolean disowned;

	private @Nullable UUID ended;

	private @Nullable Ticket revoked;

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

	void rest() {
		this.resting = true;
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

	void revoke(@Nullable Ticket ticket) {
		this.revoked = ticket;
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
	 * Whether records were lost before this one, so that this table is not what tables of
	 * others are: entries of the same ledger that were not applied; some of the same
	 * writer, when the log has gone on in another ledger since its last one, as they are
	 * numbered without gaps and written in order; or those which opened its session, or
	 * made void the one that ended it. A gap in a writer's numbers within what was read
	 * without a break is the writer's own mistake, and the same for every table.
	 * @return true if there must have been such records
	 */
	public boolean missing() {
		return this.missing;
	}

	/**
	 * Whether the writer does not know a ticket that this table has for it, or has it at
	 * another place, although the table has caught up. Soon after that it may be a
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
	 * Whether what the record says of rests counts. For how long locks still rest is a
	 * matter of clocks, so the table does not know it.
	 * @return false if it says nothing of rests, or is of a session that has ended
	 */
	public boolean rests() {
		return this.resting;
	}

	/**
	 * The session the record ended.
	 * @return null if it ended none
	 */
	public @Nullable UUID ended() {
		return this.ended;
	}

	/**
	 * The ticket whose owner is asked to give it up. It stays in its line until it does.
	 * @return null if there is no such ticket any more, or none is asked for
	 */
	public @Nullable Ticket revoked() {
		return this.revoked;
	}

	/**
	 * The sessions that were in front of no line and are in front of one now.
	 * @return their ids
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
