package io.pulsarlock;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A group of nodes of which at most one leads. The leader stays until it resigns, ends or
 * is lost; a joining node never takes over from a healthy leader.
 *
 * @since 0.1.0
 */
public interface LeaderGroup {

	/**
	 * The group's name.
	 * @return the name
	 */
	String name();

	/**
	 * Whether this node leads now. Reads memory only. False on suspicion, not on proof:
	 * before another node can become leader.
	 * @return true if it leads
	 */
	boolean isLeader();

	/**
	 * Whether no node has led for longer than a lease, as far as this node knows. Reads
	 * memory only.
	 * @return false while this node is no candidate
	 * @since 0.2.0
	 */
	default boolean isVacant() {
		return false;
	}

	/**
	 * Waits until this node knows who leads: itself, or another node that it has heard of
	 * since it came to the cluster. It does not at its start, while it is out of touch,
	 * and between the end of one leadership and the beginning of its own. A leader that
	 * has been silent since then may have died, so it is waited for as long as the limit
	 * allows, and counts as leader after that.
	 * @param limit the longest wait, not negative; zero looks without waiting
	 * @return true if it is known who leads, be it this node or another; false if it is
	 * not, at once if this node is no candidate, as before the registry runs and after it
	 * was stopped
	 * @throws InterruptedException if the thread is interrupted
	 * @since 0.2.0
	 */
	boolean awaitLeader(Duration limit) throws InterruptedException;

	/**
	 * The same without a thread that waits.
	 * @param limit the longest wait, not negative; zero looks without waiting
	 * @return completed on a thread of the registry, never exceptionally; to cancel it
	 * ends the wait
	 * @since 0.2.0
	 */
	CompletableFuture<Boolean> awaitLeaderAsync(Duration limit);

	/**
	 * The number of this node's leadership, larger than that of every leader before: a
	 * fencing token.
	 * @return empty when this node does not lead
	 */
	OptionalLong term();

	/**
	 * The leadership itself, to check, or to be told of its end. It ends with
	 * {@link #resign()} and cannot be closed.
	 * @return empty when this node does not lead
	 */
	Optional<LockGrant> held();

	/**
	 * Claims a fire time of a job for this node, so that no node begins the job for that
	 * time again, not even after this node has died in the midst of it. Other nodes know
	 * of it as long as they live, and nodes that start later for at least three leases.
	 * @param job the job, the same on all nodes, 1024 characters at most
	 * @param fireTime the time by the job's own calendar, the same on all nodes, not
	 * before 1970
	 * @return false if this node does not lead, or that time or a later one was claimed
	 * @throws IllegalArgumentException if job or time cannot be written to the journal
	 * @throws LockUnavailableException if it is not known whether the time was claimed
	 * @throws InterruptedException if the thread is interrupted while it waits for the
	 * answer of the cluster
	 */
	boolean claim(String job, Instant fireTime) throws InterruptedException;

	/**
	 * Gives the leadership up and goes to the end of the line. Without effect on a node
	 * that does not lead. Returns at once: listeners are told of the revocation, calls of
	 * {@code @LeaderOnly} methods are interrupted with {@link LockLoss.Reason#RESIGNED},
	 * and the next candidate leads when all of them have ended, but no later than after
	 * the reconnect grace.
	 */
	void resign();

	/**
	 * Stops being a candidate: resigns as {@link #resign()} does if this node leads, and
	 * leaves the group's line. Without effect on a node that is no candidate. Returns at
	 * once. The group keeps its listeners; {@link Leadership#group} makes this node a
	 * candidate again.
	 * @since 0.2.0
	 */
	void leave();

	/**
	 * Adds a listener. If this node leads already the listener is told so at once.
	 * @param listener called on a thread of the registry
	 * @return removes the listener, which is not told of a revocation any more then
	 */
	Registration addListener(LeaderListener listener);

	/**
	 * The candidates in line, the leader first.
	 * @return may be empty while this node has not caught up
	 */
	List<Participant> participants();

}
