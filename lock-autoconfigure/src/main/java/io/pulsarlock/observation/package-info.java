/**
 * Observations of acquiring and holding a lock. The package needs only
 * {@code micrometer-observation}, on which Spring itself depends.
 */
@NullMarked
package io.pulsarlock.observation;

import org.jspecify.annotations.NullMarked;
