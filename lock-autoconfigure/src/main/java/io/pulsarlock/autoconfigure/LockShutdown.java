package io.pulsarlock.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.pulsarlock.LockRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.ScheduledAnnotationBeanPostProcessor;

/**
 * Keeps locks and leadership until the executors and schedulers of an application context
 * that is closed have ended. Some of them wait for their tasks when they stop as a
 * lifecycle, others, including those with {@code await-termination}, only when they are
 * destroyed. The registry therefore keeps running through all phases. It ends as the
 * first bean that is destroyed, but after the executors, which are registered as its
 * dependents: by then the tasks have ended, and listeners are notified while all other
 * beans still exist.
 */
final class LockShutdown
		implements ApplicationContextAware, ApplicationListener<ContextClosedEvent>, SmartInitializingSingleton {

	private static final String END = "pulsarLockEnd";

	private final DefaultListableBeanFactory beans;

	private final AtomicBoolean registered = new AtomicBoolean();

	private @Nullable ApplicationContext context;

	private volatile boolean closing;

	LockShutdown(DefaultListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.context = context;
	}

	/** A registry bean of the application is closed after the executors, too. */
	@Override
	public void afterSingletonsInstantiated() {
		for (String registry : this.beans.getBeanNamesForType(LockRegistry.class, false, false)) {
			outlastExecutors(registry);
		}
	}

	/**
	 * Registers the end of the locks, to run when the context is destroyed.
	 * @param end what ends the locks; the last bean to start calls this method, so that
	 * it is the first to be destroyed
	 */
	void atDestruction(DisposableBean end) {
		if (this.registered.compareAndSet(false, true)) {
			this.beans.registerDisposableBean(END, end);
			outlastExecutors(END);
		}
	}

	private void outlastExecutors(String bean) {
		Set<String> executors = new LinkedHashSet<>();
		// First the beans that submit new tasks.
		for (Class<?> type : new Class<?>[] { ScheduledAnnotationBeanPostProcessor.class, Executor.class,
				TaskScheduler.class }) {
			executors.addAll(Set.of(this.beans.getBeanNamesForType(type, false, false)));
		}
		executors.forEach((executor) -> this.beans.registerDependentBean(bean, executor));
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.closing = true;
		}
	}

	/** Whether the context is about to be destroyed, and not just stopped. */
	boolean isClosing() {
		return this.closing;
	}

}
