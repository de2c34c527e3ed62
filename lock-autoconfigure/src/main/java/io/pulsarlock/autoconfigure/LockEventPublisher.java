package io.pulsarlock.autoconfigure;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockListener;

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
		switch (event.type()) {
			case JEOPARDY, RECOVERED, LOST -> this.publisher.publishEvent(event);
			case ACQUIRED, RELEASED -> {
			}
		}
	}

	@Override
	public void granted(String group, long term) {
		this.publisher.publishEvent(new LeaderEvent(LeaderEvent.Type.GRANTED, group, term));
	}

	@Override
	public void revoked(String group, long term) {
		this.publisher.publishEvent(new LeaderEvent(LeaderEvent.Type.REVOKED, group, term));
	}

	@Override
	public void vacant(String group) {
		this.publisher.publishEvent(new LeaderEvent(LeaderEvent.Type.VACANT, group, 0));
	}

	@Override
	public void occupied(String group) {
		this.publisher.publishEvent(new LeaderEvent(LeaderEvent.Type.OCCUPIED, group, 0));
	}

}
