/**
 * What an observation says of acquiring and holding a lock, and how to make one. Needs
 * {@code micrometer-observation} only, which Spring itself brings.
 */
@NullMarked
package io.pulsarlock.observation;

import org.jspecify.annotations.NullMarked;
