/**
 * The console: a page of the application that shows its lock cluster live. Nothing here
 * is meant to be called; there are only properties.
 */
@NullMarked
package io.pulsarlock.console;

import org.jspecify.annotations.NullMarked;
