package io.pulsarlock;

/**
 * What a person may do to locks from outside of the code that uses them. Nothing here can
 * make two nodes hold one lock: whatever would, is refused.
 *
 * @since 0.1.0
 */
public interface LockAdministration {

	/**
	 * Takes a lock from its holder, one that is stuck for example, on whatever node it
	 * is: a record reaches that node. The holder is told first, with
	 * {@link LockLoss.Reason#RELEASED_BY_ADMINISTRATOR}, and guarded methods are
	 * interrupted. The lock goes to the next in line when these methods and the listeners
	 * of the loss have ended, but no later than after the reconnect grace. Code that
	 * neither listens nor asks goes on: what it still writes is recognised by its smaller
	 * fencing token. A rest of the lock goes on; {@link #endRest} ends it. A lock that is
	 * shared, or permits, are taken from all holders.
	 * <p>
	 * Returns as soon as the lock is lost if the holder is on this node, and otherwise
	 * when the holder's place in the line is gone: its node has told it and has released
	 * the lock, or has ended. Whoever is known to hold the lock at the time of the call
	 * loses it, and no later holder. Waits for at most three reconnect graces.
	 * @param name the lock
	 * @return true if the lock was taken away, or was given up by a node that only kept
	 * it; false if it has neither holder nor waiters
	 * @throws IllegalArgumentException if there can be no such lock
	 * @throws LockOperationRefusedException if the lock is being granted to this node, or
	 * given up by it, at this moment
	 * @throws LockUnavailableException if this node cannot say who has the lock, or the
	 * holder's node did not answer in time: then the lock may still be taken away
	 */
	boolean releaseLock(String name);

	/**
	 * Makes the leader of a group resign, on whatever node it is, as if
	 * {@link LeaderGroup#resign()} had been called there. Returns at once if this node
	 * leads, and otherwise when the leader's place in the line is gone: its listeners
	 * have been told and its node has resigned, or has ended. Waits for at most three
	 * reconnect graces.
	 * @param group the leader group
	 * @return true if the leader has resigned; false if the group has neither leader nor
	 * candidate
	 * @throws IllegalArgumentException if there can be no such group
	 * @throws LockOperationRefusedException if this node is becoming leader, or resigns,
	 * at this moment
	 * @throws LockUnavailableException if this node cannot say who leads, or the leader's
	 * node did not answer in time: then it may still resign
	 * @since 0.2.0
	 */
	boolean resign(String group);

	/**
	 * Forgets the latest fire time that was claimed for a job, so that the job may begin
	 * for it, and for earlier ones, again. For a claim that was wrong: one made on a node
	 * whose clock was a year ahead keeps the job from running for a year. Every node
	 * forgets it, whichever has claimed it. Returns when this node has read it.
	 * @param group the leader group
	 * @param job the job, as given to {@link LeaderGroup#claim}; that of an annotated
	 * method is the bean's name, a dot and the method's name
	 * @return false if nothing was claimed for that job, as far as is known
	 * @throws IllegalArgumentException if there can be no such group or job
	 * @throws LockUnavailableException if this node is out of touch, or did not hear in
	 * time whether it was done
	 * @since 0.2.0
	 */
	boolean forgetFireTime(String group, String job);

	/**
	 * Ends the rest of a lock, which {@link LockHandle#restFor} or
	 * {@code @DistributedLock(atLeastFor)} has begun, on every node: the next in line is
	 * granted it at once. A lock that is held stays held. Returns when this node has read
	 * it.
	 * @param name the lock
	 * @return false if the lock does not rest, as far as this node knows
	 * @throws IllegalArgumentException if there can be no such lock
	 * @throws LockUnavailableException if this node is out of touch, or did not hear in
	 * time whether it was done
	 * @since 0.2.0
	 */
	boolean endRest(String name);

	/**
	 * Makes every node skip a record of the journal that it fails to apply and that stops
	 * a shard there. The order is written into the journal by any node, even by one that
	 * is stopped itself. A node that skips the record grants nothing in the shard for two
	 * leases, in which all holders repeat their locks, so no lock that is held is
	 * granted. Nodes that have applied the record, or can apply it, ignore the order. A
	 * fire time in the record is unknown to the nodes that skip it. Returns when the
	 * order is on its way.
	 * @param shard the shard, as in the message of the node that is stopped
	 * @param ledgerId the ledger of the record, as there
	 * @param entryId the entry in the ledger, as there
	 * @throws IllegalArgumentException if there can be no such record
	 * @throws LockOperationRefusedException if there is no such record yet, or it is of
	 * another version or Pulsar cluster: then its writer has to end
	 * @throws LockUnavailableException if this node has no connection to the journal
	 * @since 0.2.0
	 */
	void skipRecord(int shard, long ledgerId, long entryId);

	/**
	 * Ends a silent session, a little earlier than the nodes would by themselves, and
	 * under the same rule: nothing was heard from it for as long as it may believe to
	 * hold its locks, and if it has spoken meanwhile the expulsion does not count.
	 * Returns when the expulsion is on its way.
	 * @param id the session, as in {@link ClusterView.SessionView#id()}
	 * @return false if there is no such session
	 * @throws LockOperationRefusedException if it is not silent for long enough, or is
	 * this node's own
	 * @throws LockUnavailableException if this node is out of touch, so that the silence
	 * may be its own
	 */
	boolean expelSession(String id);

}
