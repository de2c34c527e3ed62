/**
 * Spring Integration's lock registry and leader initiator on the locks and leader groups
 * of this library. Needs {@code spring-integration-core}.
 */
@NullMarked
package io.pulsarlock.integration;

import org.jspecify.annotations.NullMarked;
