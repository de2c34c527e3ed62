package io.pulsarlock.annotation;

import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * The place of the guard among the advisors of a bean. As for every advisor, a smaller
 * order is further out; at the same order the guard is outside.
 * <p>
 * By default, the guard is inside everything that decides whether and how often a method
 * is called, such as method security, retries, circuit breakers and time limiters, and
 * outside transactions and caches, which are innermost unless they are configured
 * otherwise. Two relations then do not depend on the order: a transaction is always
 * inside the lock, and a retry with the order of transactions is always outside.
 */
final class AdvisorOrder {

	/** Just before what has no order of its own. */
	static final int DEFAULT = Ordered.LOWEST_PRECEDENCE - 1;

	private static final Comparator<Object> comparator = AnnotationAwareOrderComparator.INSTANCE;

	private final Ordered order;

	private final boolean exact;

	/**
	 * An order.
	 * @param order the order, or null for the default
	 */
	AdvisorOrder(@Nullable Integer order) {
		int value = (order != null) ? order : DEFAULT;
		this.order = () -> value;
		this.exact = order != null;
	}

	/** Inserts the guard among the advisors. */
	void add(Advised advised, Advisor guard) {
		List<Advisor> advisors = List.of(advised.getAdvisors());
		int place = 0;
		while (place < advisors.size() && !isInside(advisors.get(place))) {
			place++;
		}
		advised.addAdvisor(place, guard);
		if (!this.exact) {
			for (Advisor inside : advisors.subList(place, advisors.size())) {
				if (isRetry(inside)) {
					advised.removeAdvisor(inside);
					advised.addAdvisor(place++, inside);
				}
			}
		}
	}

	private boolean isInside(Advisor advisor) {
		if (!this.exact) {
			if (isTransaction(advisor)) {
				return true;
			}
			if (isRetry(advisor)) {
				return false;
			}
		}
		return comparator.compare(advisor, this.order) >= 0;
	}

	private static boolean isTransaction(Advisor advisor) {
		return advisor.getAdvice().getClass().getName().startsWith("org.springframework.transaction.");
	}

	private static boolean isRetry(Advisor advisor) {
		return advisor.getAdvice().getClass().getName().startsWith("org.springframework.retry.");
	}

}
