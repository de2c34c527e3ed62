/**
 * What an annotation costs per call, by JMH.
 */
@NullMarked
package io.pulsarlock.comparison.annotation;

import org.jspecify.annotations.NullMarked;
