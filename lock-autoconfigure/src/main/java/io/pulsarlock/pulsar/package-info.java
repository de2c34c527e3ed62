/**
 * Journals on an Apache Pulsar client.
 */
@NullMarked
package io.pulsarlock.pulsar;

import org.jspecify.annotations.NullMarked;
