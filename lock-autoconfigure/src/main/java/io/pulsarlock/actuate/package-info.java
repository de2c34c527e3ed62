/**
 * Health, endpoint, info and meters of a lock registry. Every class needs the module of
 * Spring Boot it contributes to, and none needs another's.
 */
@NullMarked
package io.pulsarlock.actuate;

import org.jspecify.annotations.NullMarked;
