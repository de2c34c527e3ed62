package io.pulsarlock.annotation;

/**
 * How a guarded method has its lock.
 *
 * @since 0.2.0
 */
public enum LockMode {

	/** Alone: one call at a time, on one node. */
	EXCLUSIVE,

	/**
	 * Together with other calls that share it, but never at the same time as one that has
	 * it alone. First come, first served.
	 */
	SHARED

}
