/**
 * A real Pulsar broker for tests, with or without Docker.
 */
@NullMarked
package io.pulsarlock.test.broker;

import org.jspecify.annotations.NullMarked;
