/**
 * The records of the journal and the lines they make: a pure state machine that knows no
 * clock, no thread and no Pulsar.
 */
@NullMarked
package io.pulsarlock.line;

import org.jspecify.annotations.NullMarked;
