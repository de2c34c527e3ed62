package io.pulsarlock.session;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * That this node agrees with the cluster about what all nodes must agree on. One shard
 * decides, the one that every node has, however many shards it believes there are. The
 * session there is the <em>anchor</em> of all others: they are opened once it is active,
 * are confirmed only while it is, and are over with it.
 * <p>
 * Safety: {@link Dissenters} lets an anchor become active only when every session of
 * another mind that was opened before it has ended in the log, by the goodbye of a node
 * that holds nothing any more, or by an expulsion, which finds it unconfirmed. Of two
 * sessions one was opened before the other. So anchors of nodes that disagree are never
 * confirmed at the same time, and without a confirmed anchor nothing is held, in any
 * shard. Sessions that disagree in the other shards are remnants that hold nothing.
 * <p>
 * Any thread.
 */
final class ClusterAgreement {

	/** Exists for every number of shards. */
	static final int DECIDING_SHARD = 0;

	private final int decidingShard;

	private final List<Dependent> dependents = new CopyOnWriteArrayList<>();

	private volatile @Nullable SessionLease anchor;

	private volatile @Nullable LockException obstacle;

	private final AtomicLong highestToken = new AtomicLong();

	ClusterAgreement(int decidingShard) {
		this.decidingShard = decidingShard;
	}

	boolean isDecidedIn(int shard) {
		return shard == this.decidingShard;
	}

	/** Adds a shard that does not decide. */
	void add(Dependent dependent) {
		this.dependents.add(dependent);
	}

	/** The session in the deciding shard has become active. */
	void agreed(SessionLease anchor) {
		this.obstacle = null;
		// Before they are told: a shard that looked before that is told, and one that
		// looks after that sees it.
		this.anchor = anchor;
		this.dependents.forEach(Dependent::agreed);
	}

	/** Something is wrong in the deciding shard. */
	void failed(LockException failure) {
		this.obstacle = failure;
		if (failure instanceof LockConfigurationException refusal) {
			this.dependents.forEach((dependent) -> dependent.refused(refusal));
		}
	}

	/**
	 * The session in the deciding shard.
	 * @return null unless it has become active and is not over
	 */
	@Nullable SessionLease anchor() {
		SessionLease anchor = this.anchor;
		return (anchor != null && !anchor.isOver()) ? anchor : null;
	}

	/**
	 * What is wrong in the deciding shard.
	 * @return null if nothing is known to be
	 */
	@Nullable LockException obstacle() {
		return this.obstacle;
	}

	/** Takes note of a token that may have been given, in whatever shard. */
	void given(long token) {
		this.highestToken.accumulateAndGet(token, Math::max);
	}

	/** No token that was given while this node was there is larger. */
	long highestToken() {
		return this.highestToken.get();
	}

	/** A shard that does not decide. Any thread. */
	interface Dependent {

		/** This node agrees with the cluster: join. */
		void agreed();

		/** This node cannot join before its configuration or the cluster's changes. */
		void refused(LockConfigurationException refusal);

	}

}
