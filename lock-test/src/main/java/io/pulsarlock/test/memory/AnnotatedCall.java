package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.GuardDefaults;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockAnnotationBeanPostProcessor;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationConvention;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.StaticListableBeanFactory;

/**
 * Runs code within a method that is really annotated and really guarded, by the code of
 * production. So whatever a guarded method may ask for is there, and nothing has to be
 * switched on for the whole process and off again, as a flag would that satisfies every
 * check.
 */
final class AnnotatedCall {

	private static final String NAME = "${name}";

	private static final String BEAN = "annotatedCall";

	private AnnotatedCall() {
	}

	/** Within a method that is annotated with {@code @DistributedLock(name)}. */
	static <T extends @Nullable Object, E extends Throwable> T withLock(LockNode node, String name,
			GuardedAction<T, E> action) throws E {
		return call(node, name, new Locked(), "", action);
	}

	/** Within one with a key. */
	static <T extends @Nullable Object, E extends Throwable> T withLock(LockNode node, String name, Object key,
			GuardedAction<T, E> action) throws E {
		return call(node, name, new LockedByKey(), key, action);
	}

	/** Within a method that is annotated with {@code @LeaderOnly(name)}. */
	static <T extends @Nullable Object, E extends Throwable> T asLeader(LockNode node, String group,
			GuardedAction<T, E> action) throws E {
		AtomicBoolean ran = new AtomicBoolean();
		T result = AnnotatedCall.<T, E>call(node, group, new Leading(), "", () -> {
			ran.set(true);
			return action.run();
		});
		if (!ran.get()) {
			throw new LockLostException("The leadership of group '" + group + "' was lost before the code began");
		}
		return result;
	}

	@SuppressWarnings("unchecked")
	private static <T extends @Nullable Object, E extends Throwable> T call(LockNode node, String name, Call bean,
			Object key, GuardedAction<T, E> action) throws E {
		// Says what is wrong with a name better than the check of an annotation.
		node.obtain(name);
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		beans.addBean("registry", node);
		beans.addBean("leadership", node.leadership());
		beans.addBean("defaults", new GuardDefaults(name, Duration.ZERO));
		LockAnnotationBeanPostProcessor guard = new LockAnnotationBeanPostProcessor(
				beans.getBeanProvider(LockRegistry.class), beans.getBeanProvider(Leadership.class),
				beans.getBeanProvider(GuardDefaults.class), beans.getBeanProvider(ObservationRegistry.class),
				beans.getBeanProvider(LockAcquireObservationConvention.class),
				beans.getBeanProvider(LockHoldObservationConvention.class));
		guard.setEmbeddedValueResolver((text) -> text.equals(NAME) ? name : text);
		Call guarded = (Call) guard.postProcessAfterInitialization(bean, BEAN);
		try {
			return (T) guarded.call(key, action);
		}
		catch (Throwable ex) {
			// What is checked can only be what the action declares.
			throw (E) ex;
		}
	}

	/** Guarded by the annotation of the class that implements it. */
	private interface Call {

		@Nullable Object call(Object key, GuardedAction<?, ?> action) throws Throwable;

	}

	private static final class Locked implements Call {

		@Override
		@DistributedLock(name = NAME)
		public @Nullable Object call(Object key, GuardedAction<?, ?> action) throws Throwable {
			return action.run();
		}

	}

	private static final class LockedByKey implements Call {

		@Override
		@DistributedLock(name = NAME, key = "#p0")
		public @Nullable Object call(Object key, GuardedAction<?, ?> action) throws Throwable {
			return action.run();
		}

	}

	private static final class Leading implements Call {

		@Override
		@LeaderOnly(group = NAME)
		public @Nullable Object call(Object key, GuardedAction<?, ?> action) throws Throwable {
			return action.run();
		}

	}

}
