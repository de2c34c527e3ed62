package io.pulsarlock.session;

import io.pulsarlock.Registration;

/**
 * A handle that knows what it guards at this moment. A lock or leadership that is given
 * up for the sake of others goes to the next holder only when that has ended, or has had
 * its time. Implemented by the handles of a {@link SessionLockNode}.
 *
 * @since 0.2.0
 */
public interface CountedHandle {

	/**
	 * Something begins that this handle guards.
	 * @return to be closed when it has ended; closing it twice does nothing
	 */
	Registration use();

}
