package io.pulsarlock.session;

import io.pulsarlock.line.Position;

/**
 * What the sessions of one node in one shard that are over leave to the next one. On the
 * loop.
 */
final class PastSessions {

	/** What they have applied last; nothing if there was none. */
	private Position known = Position.NONE;

	/** From when on the journal has shown all live sessions to a node that joins. */
	private long settledAt;

	private long requests;

	private long releases;

	private long highestToken;

	PastSessions(long now) {
		this.settledAt = now;
	}

	/** A session is over. */
	void add(Session session) {
		Position applied = session.table().applied();
		this.known = applied.equals(Position.NONE) ? this.known : applied;
		this.requests += session.requests();
		this.releases += session.releases();
		this.highestToken = Math.max(this.highestToken, session.highestToken());
	}

	/** The next one waits until then: all who hold something have repeated it. */
	void settle(long at) {
		this.settledAt = at;
	}

	Position known() {
		return this.known;
	}

	long settledAt() {
		return this.settledAt;
	}

	long requests() {
		return this.requests;
	}

	long releases() {
		return this.releases;
	}

	/** No token that was given while they were there is larger. */
	long highestToken() {
		return this.highestToken;
	}

}
