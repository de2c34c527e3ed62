package io.pulsarlock.pulsar;

/**
 * How many messages the broker may send, as far as is known. The broker counts too, and
 * what it counts cannot be asked for. It may have fewer permits, as it forgets them with
 * a connection; then nothing comes and they are asked for again. It may have more; that
 * shows when a message comes that has not been asked for, and each one that does sets the
 * count right by one.
 */
final class Permits {

	private int outstanding;

	/** So many more may be sent. */
	void asked(int permits) {
		this.outstanding += permits;
	}

	/**
	 * An entry has come.
	 * @param messages how many messages the broker counts it for, one at least; it sends
	 * a batch as a whole, even if it has fewer permits
	 */
	void came(int messages) {
		this.outstanding = Math.max(this.outstanding, 1) - messages;
	}

	/** Nothing that was asked for comes. */
	void lost() {
		this.outstanding = 0;
	}

	/** How many are outstanding; less than zero if a batch was larger than that. */
	int outstanding() {
		return this.outstanding;
	}

}
