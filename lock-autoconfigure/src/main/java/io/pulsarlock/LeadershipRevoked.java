package io.pulsarlock;

import java.time.Duration;

/**
 * This node does not lead any more. Exactly once for each {@link LeadershipGranted}, also
 * at shutdown.
 *
 * @param group the group's name
 * @param term the number of the leadership that ended
 * @param reason why: {@link LockLoss.Reason#RESIGNED} if this node gave it up
 * @param led for how long this node led
 * @since 0.2.0
 */
public record LeadershipRevoked(String group, long term, LockLoss.Reason reason, Duration led) implements LeaderEvent {

	@Override
	public String toString() {
		return "LeadershipRevoked[group=" + PrintedNames.text(this.group) + ", term=" + this.term + ", reason="
				+ this.reason + ", led=" + this.led + "]";
	}

}
