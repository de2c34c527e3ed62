/**
 * Health, endpoint, info and meters of a lock registry. Each class needs only the module
 * of Spring Boot to which it contributes.
 */
@NullMarked
package io.pulsarlock.actuate;

import org.jspecify.annotations.NullMarked;
