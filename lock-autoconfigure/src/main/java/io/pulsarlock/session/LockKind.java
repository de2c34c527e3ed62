package io.pulsarlock.session;

/**
 * What a line is for.
 */
enum LockKind {

	/** A lock that callers acquire and release. */
	LOCK,

	/** The leadership of a group. */
	LEADERSHIP

}
