package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;

import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.expression.Expression;

/**
 * The guard of one method of one class, with everything checked and resolved.
 *
 * @param method the method
 * @param leader the group that must be led, if any
 * @param lock the lock that must be held, if any
 * @param returnType its return type, with type variables resolved
 * @param handler the handler that runs it
 */
record Guard(Method method, @Nullable Leader leader, @Nullable Lock lock, ResolvableType returnType,
		GuardedResultHandler handler) {

	/**
	 * A lock to be held.
	 *
	 * @param name its name
	 * @param keys the expressions for its keys; none for the name alone
	 * @param sharing how many may have it at the same time
	 * @param waitFor how long to wait
	 * @param holdFor the limit, or null
	 * @param atLeastFor how long to keep it at least, or zero
	 * @param onBusy what to do when it is busy, never the default
	 * @param fallback the method to call instead, or null
	 * @param onLost what to do when it is lost
	 */
	record Lock(String name, List<Expression> keys, Sharing sharing, Duration waitFor, @Nullable Duration holdFor,
			Duration atLeastFor, OnBusy onBusy, @Nullable Fallback fallback, OnLost onLost) {
	}

	/**
	 * A group to be led.
	 *
	 * @param group its name
	 * @param waitFor how long to wait while the leader is not known
	 * @param onLost what to do when the leadership is lost
	 * @param fireTimes the times at which the job is due, if each must be started only
	 * once, or null
	 */
	record Leader(String group, Duration waitFor, OnLost onLost, @Nullable FireTimes fireTimes) {
	}

	/** The method in readable form. */
	String label() {
		return this.method.getDeclaringClass().getSimpleName() + "." + this.method.getName() + "()";
	}

	/** The lock and the group in readable form. */
	String guardian() {
		Leader leader = this.leader;
		Lock lock = this.lock;
		String group = (leader != null) ? "leadership of group '" + PrintedNames.text(leader.group()) + "'" : "";
		String name = (lock != null) ? "lock '" + PrintedNames.text(lock.name()) + "'" : "";
		return group + ((leader != null && lock != null) ? " or " : "") + name;
	}

	/** The strictest reaction to a loss. */
	OnLost onLost() {
		Leader leader = this.leader;
		Lock lock = this.lock;
		boolean notify = (leader == null || leader.onLost() == OnLost.NOTIFY)
				&& (lock == null || lock.onLost() == OnLost.NOTIFY);
		return notify ? OnLost.NOTIFY : OnLost.INTERRUPT;
	}

}
