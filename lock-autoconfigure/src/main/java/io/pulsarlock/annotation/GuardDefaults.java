package io.pulsarlock.annotation;

import java.time.Duration;

/**
 * What annotations leave open.
 *
 * @param leaderGroup the group of {@link LeaderOnly} without a name
 * @param waitFor how long {@link DistributedLock} waits if it does not say so and does
 * not skip
 * @since 0.1.0
 */
public record GuardDefaults(String leaderGroup, Duration waitFor) {
}
