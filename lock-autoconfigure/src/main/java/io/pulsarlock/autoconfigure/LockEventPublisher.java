package io.pulsarlock.autoconfigure;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockReleased;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes lock and leadership events as application events, except the acquisition and
 * release of locks: their callers know about them, and there may be thousands per second.
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
