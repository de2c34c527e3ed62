/**
 * Camel's cluster service on the leader groups of this library. Needs
 * {@code camel-support}, and no Spring.
 */
@NullMarked
package io.pulsarlock.camel;

import org.jspecify.annotations.NullMarked;
