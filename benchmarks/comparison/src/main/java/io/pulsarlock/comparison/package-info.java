/**
 * Measures lock libraries side by side: the command, its options and the order of things.
 */
@NullMarked
package io.pulsarlock.comparison;

import org.jspecify.annotations.NullMarked;
