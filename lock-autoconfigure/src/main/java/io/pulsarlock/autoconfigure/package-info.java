/**
 * Auto-configuration of locks and leader election.
 */
@NullMarked
package io.pulsarlock.autoconfigure;

import org.jspecify.annotations.NullMarked;
