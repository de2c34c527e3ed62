/**
 * The fault campaign: tries to break mutual exclusion, tokens, liveness and the
 * notification of losses, with real processes and real brokers.
 */
@NullMarked
package io.pulsarlock.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
