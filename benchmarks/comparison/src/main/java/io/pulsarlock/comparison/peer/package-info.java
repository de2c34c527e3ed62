/**
 * The peers: one small adapter each, written as its users would.
 */
@NullMarked
package io.pulsarlock.comparison.peer;

import org.jspecify.annotations.NullMarked;
