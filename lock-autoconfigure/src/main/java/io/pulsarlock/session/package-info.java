/**
 * One node's sessions: when a lock is held, when it is lost, and when another holder may
 * be declared gone. Talks to the outside through {@link io.pulsarlock.session.Journal}
 * and {@link io.pulsarlock.session.Loop} only, so that the same classes run in production
 * and in a simulation.
 * <p>
 * The classes are in groups that may only know those below them: {@code node}, the
 * registry of one node; {@code lock}, one lock as this node uses it; {@code session}, one
 * node in one shard; and {@code port}, what is needed of the outside.
 * {@code docs/architecture.md} says which class is in which.
 */
@NullMarked
package io.pulsarlock.session;

import org.jspecify.annotations.NullMarked;
