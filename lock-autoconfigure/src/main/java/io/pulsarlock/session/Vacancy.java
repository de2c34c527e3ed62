package io.pulsarlock.session;

import java.util.function.Supplier;

import io.pulsarlock.PrintedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Whether a leader group has had no leader for longer than a lease, as far as this node
 * knows. Looked at on one thread at a time, read anywhere.
 */
final class Vacancy {

	private static final Log logger = LogFactory.getLog(Vacancy.class);

	private final String group;

	private final String node;

	private final long allowedNanos;

	private long ledAt;

	private volatile boolean vacant;

	Vacancy(String group, SessionSettings settings, long now) {
		this.group = group;
		this.node = settings.node();
		this.allowedNanos = settings.leaseNanos();
		this.ledAt = now;
	}

	/**
	 * Takes note of whether the group has a leader.
	 * @param led whether a leader is known
	 * @param here whether it is this node, which says so itself
	 * @param now the time
	 * @param reason why there is none, as far as is known
	 * @return true if the answer has changed
	 */
	boolean look(boolean led, boolean here, long now, Supplier<String> reason) {
		if (led) {
			this.ledAt = now;
		}
		boolean vacant = now - this.ledAt > this.allowedNanos;
		if (vacant == this.vacant) {
			return false;
		}
		this.vacant = vacant;
		if (vacant) {
			logger.warn("Leader group '" + PrintedNames.text(this.group)
					+ "' has had no leader for longer than a lease, as far as node '" + PrintedNames.text(this.node)
					+ "' knows: " + reason.get());
		}
		else if (!here) {
			logger.info("Leader group '" + PrintedNames.text(this.group) + "' has a leader again");
		}
		return true;
	}

	boolean isVacant() {
		return this.vacant;
	}

}
