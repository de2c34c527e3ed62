package io.pulsarlock.session;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;

/**
 * What a person may order in one shard. On the loop.
 */
final class ShardAdministration {

	private final LocalLocks locks;

	private final ShardStatus status;

	private final SessionKeeper sessions;

	ShardAdministration(LocalLocks locks, ShardStatus status, SessionKeeper sessions) {
		this.locks = locks;
		this.status = status;
		this.sessions = sessions;
	}

	/**
	 * Takes a lock or leadership from all its holders on whatever nodes.
	 * @param what the lock or group, for a message
	 * @param gone completes with true when the places of other nodes are gone, and those
	 * who hold it here will be told; with false if it is neither held nor awaited
	 */
	void takeAway(String key, String what, CompletableFuture<Boolean> gone) {
		boolean here = this.locks.takeAway(key);
		Session session = this.locks.activeSession();
		List<Position> others = (session != null) ? others(session, key) : List.of();
		if (here && others.isEmpty()) {
			gone.complete(true);
			return;
		}
		if (session == null || !session.isInTouch(this.locks.now())) {
			throw this.status.outOfTouch();
		}
		if (session.table().front(key) == null) {
			gone.complete(false);
		}
		else if (others.isEmpty()) {
			throw new LockOperationRefusedException(
					what + " is being granted to or given up by this node at this moment: try again");
		}
		else {
			this.locks.revocations().add(key, others, gone);
			others.forEach((place) -> session.publish((sequence) -> new Revoke(session.id(), sequence, key, place)));
		}
	}

	/** The places by which other nodes hold it. */
	private static List<Position> others(Session session, String key) {
		return session.table()
			.inside(key)
			.stream()
			.filter((ticket) -> !ticket.session().equals(session.id()))
			.map(Ticket::position)
			.toList();
	}

	/**
	 * Ends the rest of a lock, and tells whether it rests.
	 */
	void endRest(String key, CompletableFuture<Boolean> ended) {
		Session session = this.locks.activeSession();
		long now = this.locks.now();
		if (session == null || !session.isInTouch(now)) {
			ended.completeExceptionally(this.status.outOfTouch());
		}
		else if (session.restsFor(key, now) == 0) {
			ended.complete(false);
		}
		else {
			CompletableFuture<Void> done = new CompletableFuture<>();
			done.whenComplete((none, ex) -> {
				if (ex == null) {
					ended.complete(true);
				}
				else {
					ended.completeExceptionally(ex);
				}
			});
			session.rest(key, 0, done);
		}
	}

	/**
	 * Expels a silent session.
	 * @return false if this shard does not know it
	 */
	boolean expel(UUID id) {
		Session session = this.locks.activeSession();
		if (session == null) {
			throw this.status.outOfTouch();
		}
		return session.expel(id);
	}

	/**
	 * Has every node that cannot apply the record at a place go on without it. Also while
	 * this one stands before it.
	 */
	void skip(Position position) {
		Session session = this.sessions.current();
		if (session == null) {
			throw this.status.outOfTouch();
		}
		session.skip(position);
	}

}
