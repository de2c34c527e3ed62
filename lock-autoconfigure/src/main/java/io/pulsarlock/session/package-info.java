/**
 * One node's sessions: when a lock is held, when it is lost, and when somebody else may
 * be declared gone. Talks to the outside through {@link io.pulsarlock.session.Journal}
 * and {@link io.pulsarlock.session.Loop} only, so that the same classes run in production
 * and in a simulation.
 */
@NullMarked
package io.pulsarlock.session;

import org.jspecify.annotations.NullMarked;
