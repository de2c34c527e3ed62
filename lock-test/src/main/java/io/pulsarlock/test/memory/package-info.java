/**
 * A lock cluster without Pulsar, for tests: every node runs the session code of
 * production, only journals are in memory, and everything that goes wrong in real life
 * has a switch.
 */
@NullMarked
package io.pulsarlock.test.memory;

import org.jspecify.annotations.NullMarked;
