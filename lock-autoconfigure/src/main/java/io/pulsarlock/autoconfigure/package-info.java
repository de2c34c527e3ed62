/**
 * Auto-configuration for Spring Boot.
 */
@NullMarked
package io.pulsarlock.autoconfigure;

import org.jspecify.annotations.NullMarked;
