/**
 * What runs in a client's JVM, whatever the peer: commands come in, measurements go out.
 */
@NullMarked
package io.pulsarlock.comparison.client;

import org.jspecify.annotations.NullMarked;
