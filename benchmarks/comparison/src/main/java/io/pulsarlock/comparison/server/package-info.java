/**
 * The servers of the peers, as child processes on free ports and directories of their
 * own.
 */
@NullMarked
package io.pulsarlock.comparison.server;

import org.jspecify.annotations.NullMarked;
