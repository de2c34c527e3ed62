package io.pulsarlock.autoconfigure;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.LockAnnotationBeanPostProcessor;

/**
 * Makes this node a candidate of every group that an annotation names, before the first
 * job fires instead of at its first call. The groups end with the leadership.
 */
final class AnnotatedGroupsLifecycle extends LockLifecycle {

	private final LockAnnotationBeanPostProcessor postProcessor;

	private final LockRegistry registry;

	private final Leadership leadership;

	AnnotatedGroupsLifecycle(LockAnnotationBeanPostProcessor postProcessor, LockRegistry registry,
			Leadership leadership) {
		super(LeadershipLifecycle.PHASE + 1);
		this.postProcessor = postProcessor;
		this.leadership = leadership;
		this.registry = registry;
	}

	@Override
	void begin() {
		if (LeadershipLifecycle.isPossible(this.registry, this.leadership, this.postProcessor.leaderGroups())) {
			this.postProcessor.joinLeaderGroups();
		}
	}

}
