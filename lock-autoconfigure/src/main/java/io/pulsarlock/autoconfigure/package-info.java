/**
 * Auto-configuration: what an application gets by having the starter on its class path.
 */
@NullMarked
package io.pulsarlock.autoconfigure;

import org.jspecify.annotations.NullMarked;
