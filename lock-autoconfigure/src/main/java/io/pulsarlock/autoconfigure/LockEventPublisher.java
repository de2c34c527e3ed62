package io.pulsarlock.autoconfigure;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockReleased;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes as application events what an application may want to react to. That a lock
 * was acquired or released is not among it: whoever did it knows, and it may happen
 * thousands of times a second.
 */
final class LockEventPublisher implements LockListener, LeaderListener {

	private final ApplicationEventPublisher publisher;

	LockEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void onEvent(LockEvent event) {
		if (!(event instanceof LockAcquired) && !(event instanceof LockReleased)) {
			this.publisher.publishEvent(event);
		}
	}

	@Override
	public void onEvent(LeaderEvent event) {
		this.publisher.publishEvent(event);
	}

}
