package io.pulsarlock.session;

import java.util.function.Consumer;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * What the agreement of the node with the cluster means to one shard (rule 10 of the
 * protocol): the deciding one says how it stands, the others wait for that. On the loop,
 * unless said otherwise.
 */
final class ShardAgreement implements ClusterAgreement.Dependent {

	private final int index;

	private final Loop loop;

	private final ClusterAgreement agreement;

	private final Runnable agreed;

	private final Consumer<LockConfigurationException> refused;

	/** Whether a session is to be opened as soon as the node agrees. */
	private boolean postponed;

	/** The session that decides whether the next one may grant. */
	private @Nullable SessionLease anchor;

	/**
	 * Creates it.
	 * @param agreed opens a session that was postponed
	 * @param refused is told that the node cannot join
	 */
	ShardAgreement(int index, Loop loop, ClusterAgreement agreement, Runnable agreed,
			Consumer<LockConfigurationException> refused) {
		this.index = index;
		this.loop = loop;
		this.agreement = agreement;
		this.agreed = agreed;
		this.refused = refused;
	}

	/** Any thread. */
	void start() {
		if (!decides()) {
			this.agreement.add(this);
		}
	}

	private boolean decides() {
		return this.agreement.isDecidedIn(this.index);
	}

	/** Whether a session may be opened now; if not it is postponed. */
	boolean mayOpen() {
		this.anchor = decides() ? null : this.agreement.anchor();
		this.postponed = !decides() && this.anchor == null;
		return !this.postponed;
	}

	/** The session that decides whether the next one may grant; null if it is itself. */
	@Nullable SessionLease anchor() {
		return this.anchor;
	}

	/** The session here has joined. */
	void joined(SessionLease session) {
		if (decides()) {
			this.agreement.agreed(session);
		}
	}

	/** Something is wrong here. */
	void failed(LockException failure) {
		if (decides()) {
			this.agreement.failed(failure);
		}
	}

	/** Takes note of a token that may have been given here. */
	void given(long token) {
		this.agreement.given(token);
	}

	/** No token that was given while this node was there, in any shard, is larger. */
	long highestToken() {
		return this.agreement.highestToken();
	}

	/** Any thread. */
	@Override
	public void agreed() {
		this.loop.execute(() -> {
			if (this.postponed) {
				this.agreed.run();
			}
		});
	}

	/** Any thread. */
	@Override
	public void refused(LockConfigurationException refusal) {
		this.loop.execute(() -> this.refused.accept(refusal));
	}

}
