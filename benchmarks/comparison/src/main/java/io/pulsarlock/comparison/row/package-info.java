/**
 * The rows of the comparison: what is measured, and how the clients are led through it.
 */
@NullMarked
package io.pulsarlock.comparison.row;

import org.jspecify.annotations.NullMarked;
