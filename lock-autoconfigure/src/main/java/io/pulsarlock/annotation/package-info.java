/**
 * {@code @DistributedLock} and {@code @LeaderOnly}, and the infrastructure that applies
 * them to beans.
 */
@NullMarked
package io.pulsarlock.annotation;

import org.jspecify.annotations.NullMarked;
