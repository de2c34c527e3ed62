package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.LockAnnotationBeanPostProcessor;

import org.springframework.context.SmartLifecycle;

/**
 * Makes this node a candidate of every group that an annotation names, before the first
 * job fires and not only with its first call.
 */
final class AnnotatedGroupsLifecycle implements SmartLifecycle {

	private final LockAnnotationBeanPostProcessor postProcessor;

	private final LockRegistry registry;

	private volatile boolean running;

	AnnotatedGroupsLifecycle(LockAnnotationBeanPostProcessor postProcessor, LockRegistry registry) {
		this.postProcessor = postProcessor;
		this.registry = registry;
	}

	@Override
	public void start() {
		this.postProcessor.leaderGroups().forEach((group) -> this.registry.leadership().group(group));
		this.running = true;
	}

	@Override
	public void stop() {
		// The groups end with the leadership.
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return LeadershipLifecycle.PHASE + 1;
	}

}
