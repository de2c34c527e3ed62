package io.pulsarlock.sample.newsletter;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockContext;

import org.springframework.stereotype.Component;

/**
 * A batch of letters to a mail server that accepts two senders at once.
 */
@Component
class Newsletter {

	static final String NAME = "newsletter";

	private static final int LETTERS = 10;

	/**
	 * Sends a batch, in five seconds. Of all nodes, at most two do so at the same time;
	 * the others wait in the order in which they came.
	 * @throws InterruptedException if the permit is lost or the application ends
	 */
	@DistributedLock(name = NAME, permits = 2, waitFor = "1m")
	public void send() throws InterruptedException {
		LockContext permit = LockContext.current();
		for (int letter = 0; letter < LETTERS; letter++) {
			Thread.sleep(500);
			permit.assertHeld();
		}
	}

}
