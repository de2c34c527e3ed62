package io.pulsarlock.annotation;

import java.time.Duration;

/**
 * Defaults for what annotations do not specify.
 *
 * @param leaderGroup the group of {@link LeaderOnly} without a name
 * @param waitFor how long {@link DistributedLock} waits if it does not specify a time and
 * does not skip
 * @since 0.1.0
 */
public record GuardDefaults(String leaderGroup, Duration waitFor) {
}
