package org.springframework.samples;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockContext;

/**
 * An application in a package whose name begins like the framework's.
 */
public class GuardedVisits {

	@DistributedLock("visits")
	public String book() {
		return LockContext.current().name();
	}

}
