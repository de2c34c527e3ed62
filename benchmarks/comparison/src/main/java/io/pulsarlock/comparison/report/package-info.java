/**
 * Tables and pictures.
 */
@NullMarked
package io.pulsarlock.comparison.report;

import org.jspecify.annotations.NullMarked;
