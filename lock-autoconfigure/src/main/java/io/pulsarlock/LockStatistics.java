package io.pulsarlock;

import java.time.Duration;

/**
 * What one node has to do with locks at this moment.
 *
 * @since 0.1.0
 */
public final class LockStatistics {

	private final boolean confirmed;

	private final int sessions;

	private final int held;

	private final int waiting;

	private final Duration silence;

	private final int unread;

	private final long requests;

	private final long releases;

	private final long skipped;

	private final long highestToken;

	private final long grants;

	private final long hintedGrants;

	private final boolean hints;

	private LockStatistics(Builder builder) {
		this.confirmed = builder.confirmed;
		this.sessions = builder.sessions;
		this.held = builder.held;
		this.waiting = builder.waiting;
		this.silence = builder.silence;
		this.unread = builder.unread;
		this.requests = builder.requests;
		this.releases = builder.releases;
		this.skipped = builder.skipped;
		this.highestToken = builder.highestToken;
		this.grants = builder.grants;
		this.hintedGrants = builder.hintedGrants;
		this.hints = builder.hints;
	}

	/**
	 * Those of a node that takes no part.
	 * @return zero everywhere
	 */
	public static LockStatistics none() {
		return builder().build();
	}

	/**
	 * Starts with those of a node that takes no part.
	 * @return a builder
	 * @since 0.2.0
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Whether the cluster is in reach: every session of the node is confirmed.
	 * @return true if it is
	 */
	public boolean confirmed() {
		return this.confirmed;
	}

	/**
	 * How many sessions the node has; one for each shard when all is well.
	 * @return the number
	 */
	public int sessions() {
		return this.sessions;
	}

	/**
	 * Locks and leaderships held.
	 * @return the number
	 */
	public int held() {
		return this.held;
	}

	/**
	 * Callers that wait for a lock, and campaigns for leadership.
	 * @return the number
	 */
	public int waiting() {
		return this.waiting;
	}

	/**
	 * For how long the quietest session has had no answer to anything newer.
	 * @return zero when there is no session
	 */
	public Duration silence() {
		return this.silence;
	}

	/**
	 * Records known to be in the journals that this node has not read up to.
	 * @return the number
	 */
	public int unread() {
		return this.unread;
	}

	/**
	 * How many places in line this node has asked for since it started.
	 * @return the number
	 */
	public long requests() {
		return this.requests;
	}

	/**
	 * How many places in line it has given up since it started.
	 * @return the number
	 */
	public long releases() {
		return this.releases;
	}

	/**
	 * How many messages in the journals it has skipped since it started, because they are
	 * no records: something else writes to the topics of the locks.
	 * @return the number
	 * @since 0.2.0
	 */
	public long skipped() {
		return this.skipped;
	}

	/**
	 * No fencing token or term that any node of the cluster was given so far is larger,
	 * as far as this node has read. What to set as the token floor, or more, when the
	 * lock cluster moves to another Pulsar cluster.
	 * @return the number, zero if nothing has been read yet
	 * @since 0.2.0
	 */
	public long highestToken() {
		return this.highestToken;
	}

	/**
	 * How many locks and leaderships this node was granted since it started. A lock that
	 * has stayed with the node is not granted anew.
	 * @return the number
	 * @since 0.2.0
	 */
	public long grants() {
		return this.grants;
	}

	/**
	 * How many of them it was granted by a hint, before it had read the release in the
	 * journal.
	 * @return the number
	 * @since 0.2.0
	 */
	public long hintedGrants() {
		return this.hintedGrants;
	}

	/**
	 * Whether hints of other nodes reach this node at the moment.
	 * @return false if they are disabled or do not
	 * @since 0.2.0
	 */
	public boolean hints() {
		return this.hints;
	}

	@Override
	public String toString() {
		return "LockStatistics[confirmed=" + this.confirmed + ", sessions=" + this.sessions + ", held=" + this.held
				+ ", waiting=" + this.waiting + ", silence=" + this.silence + ", unread=" + this.unread + ", requests="
				+ this.requests + ", releases=" + this.releases + ", skipped=" + this.skipped + ", highestToken="
				+ this.highestToken + ", grants=" + this.grants + ", hintedGrants=" + this.hintedGrants + ", hints="
				+ this.hints + "]";
	}

	/**
	 * Makes statistics, for a node of one's own or a test.
	 *
	 * @since 0.2.0
	 */
	public static final class Builder {

		private boolean confirmed;

		private int sessions;

		private int held;

		private int waiting;

		private Duration silence = Duration.ZERO;

		private int unread;

		private long requests;

		private long releases;

		private long skipped;

		private long highestToken;

		private long grants;

		private long hintedGrants;

		private boolean hints;

		private Builder() {
		}

		/**
		 * Sets {@link LockStatistics#confirmed()}.
		 * @param confirmed the value
		 * @return this
		 */
		public Builder confirmed(boolean confirmed) {
			this.confirmed = confirmed;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#sessions()}.
		 * @param sessions the value
		 * @return this
		 */
		public Builder sessions(int sessions) {
			this.sessions = sessions;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#held()}.
		 * @param held the value
		 * @return this
		 */
		public Builder held(int held) {
			this.held = held;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#waiting()}.
		 * @param waiting the value
		 * @return this
		 */
		public Builder waiting(int waiting) {
			this.waiting = waiting;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#silence()}.
		 * @param silence the value
		 * @return this
		 */
		public Builder silence(Duration silence) {
			this.silence = silence;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#unread()}.
		 * @param unread the value
		 * @return this
		 */
		public Builder unread(int unread) {
			this.unread = unread;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#requests()}.
		 * @param requests the value
		 * @return this
		 */
		public Builder requests(long requests) {
			this.requests = requests;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#releases()}.
		 * @param releases the value
		 * @return this
		 */
		public Builder releases(long releases) {
			this.releases = releases;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#skipped()}.
		 * @param skipped the value
		 * @return this
		 */
		public Builder skipped(long skipped) {
			this.skipped = skipped;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#highestToken()}.
		 * @param highestToken the value
		 * @return this
		 */
		public Builder highestToken(long highestToken) {
			this.highestToken = highestToken;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#grants()}.
		 * @param grants the value
		 * @return this
		 */
		public Builder grants(long grants) {
			this.grants = grants;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#hintedGrants()}.
		 * @param hintedGrants the value
		 * @return this
		 */
		public Builder hintedGrants(long hintedGrants) {
			this.hintedGrants = hintedGrants;
			return this;
		}

		/**
		 * Sets {@link LockStatistics#hints()}.
		 * @param hints the value
		 * @return this
		 */
		public Builder hints(boolean hints) {
			this.hints = hints;
			return this;
		}

		/**
		 * Makes the statistics.
		 * @return the statistics
		 */
		public LockStatistics build() {
			return new LockStatistics(this);
		}

	}

}
