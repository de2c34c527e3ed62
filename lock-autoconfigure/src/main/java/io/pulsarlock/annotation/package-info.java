/**
 * {@code @DistributedLock} and {@code @LeaderOnly}, and what applies them to beans.
 */
@NullMarked
package io.pulsarlock.annotation;

import org.jspecify.annotations.NullMarked;
