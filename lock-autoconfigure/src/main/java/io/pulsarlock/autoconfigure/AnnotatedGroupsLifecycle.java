package io.pulsarlock.autoconfigure;

import io.pulsarlock.Leadership;
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

	private final Leadership leadership;

	private volatile boolean running;

	AnnotatedGroupsLifecycle(LockAnnotationBeanPostProcessor postProcessor, LockRegistry registry,
			Leadership leadership) {
		this.postProcessor = postProcessor;
		this.leadership = leadership;
		this.registry = registry;
	}

	@Override
	public void start() {
		if (LeadershipLifecycle.isPossible(this.registry, this.leadership, this.postProcessor.leaderGroups())) {
			this.postProcessor.joinLeaderGroups();
		}
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
