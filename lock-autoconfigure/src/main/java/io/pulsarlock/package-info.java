/**
 * What an application uses: locks, leader groups, the cluster-wide view, and what can go
 * wrong. Nothing here knows Pulsar.
 */
@NullMarked
package io.pulsarlock;

import org.jspecify.annotations.NullMarked;
