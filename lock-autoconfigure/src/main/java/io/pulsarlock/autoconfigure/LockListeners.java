package io.pulsarlock.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.Registration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * The listeners of one application context: its beans and the publisher of application
 * events. Listeners of a parent context are added by the parent.
 */
final class LockListeners {

	private static final Log logger = LogFactory.getLog(LockListeners.class);

	private final LockRegistry registry;

	private final Leadership leadership;

	private final DefaultListableBeanFactory beans;

	private final LockEventPublisher publisher;

	private final List<Registration> registrations = new ArrayList<>();

	private boolean added;

	LockListeners(LockRegistry registry, Leadership leadership, DefaultListableBeanFactory beans,
			LockEventPublisher publisher) {
		this.registry = registry;
		this.leadership = leadership;
		this.beans = beans;
		this.publisher = publisher;
	}

	/**
	 * Adds the listeners once, and not before the context starts, because a listener may
	 * itself need the registry.
	 */
	synchronized void add() {
		if (this.added) {
			return;
		}
		this.added = true;
		List<LockListener> listeners = beans(LockListener.class);
		LockNode node = WithoutNode.node(this.registry);
		if (node != null) {
			add(this.publisher, node::addListener);
			listeners.forEach((listener) -> add(listener, node::addListener));
		}
		else if (!listeners.isEmpty()) {
			logger.warn(WithoutNode.explain(this.registry) + ", so LockListener beans are not notified");
		}
		add(this.publisher, this.leadership::addListener);
		beans(LeaderListener.class).forEach((listener) -> add(listener, this.leadership::addListener));
	}

	private <T> void add(T listener, Function<T, @Nullable Registration> adding) {
		Registration registration = adding.apply(listener);
		if (registration != null) {
			this.registrations.add(registration);
		}
	}

	private <T> List<T> beans(Class<T> type) {
		if (this.beans.getParentBeanFactory() == null) {
			return this.beans.getBeanProvider(type).orderedStream().toList();
		}
		List<T> own = new ArrayList<>(this.beans.getBeansOfType(type).values());
		AnnotationAwareOrderComparator.sort(own);
		return own;
	}

	/** Removes the listeners from a registry that outlives the context. */
	synchronized void remove() {
		this.registrations.forEach(Registration::close);
		this.registrations.clear();
	}

}
