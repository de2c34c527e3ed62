package io.pulsarlock.session;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.PrintedNames;
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
	 * Takes a lock from its holder on this node.
	 * @return false if the lock is neither held nor awaited
	 */
	boolean takeAway(String key, String name) {
		if (this.locks.takeAway(key)) {
			return true;
		}
		Session session = this.locks.activeSession();
		if (session == null || !session.isInTouch(this.locks.now())) {
			throw this.status.unavailable(name);
		}
		Ticket front = session.table().front(key);
		if (front == null) {
			return false;
		}
		if (front.session().equals(session.id())) {
			throw new LockOperationRefusedException("Lock '" + PrintedNames.lock(name)
					+ "' is being granted to or given up by this node at this moment: try again");
		}
		throw new LockOperationRefusedException("Lock '" + PrintedNames.lock(name) + "' is held by node '"
				+ Peers.printedNode(session.table().session(front.session()))
				+ "'. Only the node that holds a lock can release it, because only that node can notify the holder: send"
				+ " the request to it, or stop it");
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
