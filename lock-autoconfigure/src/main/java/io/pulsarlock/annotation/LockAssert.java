package io.pulsarlock.annotation;

import io.pulsarlock.LockGrant;
import io.pulsarlock.PrintedNames;

/**
 * Fails fast when code that relies on a lock runs without it, for example because its
 * guarded method was called on {@code this}.
 *
 * @since 0.1.0
 */
public final class LockAssert {

	private LockAssert() {
	}

	/**
	 * Checks that the method that runs on this thread is guarded by that lock and still
	 * holds it.
	 * @param name the annotation's name, or the full name of a lock
	 * @throws IllegalStateException if no guarded method of that name runs on this thread
	 * @throws io.pulsarlock.LockLostException if the lock was lost
	 */
	public static void assertHeld(String name) {
		assertHeld(name, false);
	}

	/**
	 * Checks that the method that runs on this thread is guarded by that leader group and
	 * that this node still leads it.
	 * @param group the group
	 * @throws IllegalStateException if no method guarded by that group runs on this
	 * thread
	 * @throws io.pulsarlock.LockLostException if the leadership was lost
	 */
	public static void assertLeader(String group) {
		assertHeld(group, true);
	}

	private static void assertHeld(String name, boolean leadership) {
		for (LockContext context = LockContext.peek(); context != null; context = context.outer()) {
			if (context.isLeadership() == leadership && (context.name().equals(name)
					|| context.held().stream().map(LockGrant::name).anyMatch(name::equals))) {
				context.assertHeld();
				return;
			}
		}
		throw new IllegalStateException("This thread runs no method guarded by "
				+ (leadership ? "leader group '" + PrintedNames.text(name) : "lock '" + PrintedNames.lock(name))
				+ "'. Was the method called on 'this', bypassing the proxy of its bean, or on another thread?");
	}

}
