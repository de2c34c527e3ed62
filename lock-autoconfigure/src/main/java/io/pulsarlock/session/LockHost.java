package io.pulsarlock.session;

import java.util.concurrent.Executor;

import io.pulsarlock.LockLoss.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What a lock of this node needs of its surroundings. On the loop, unless said otherwise.
 */
interface LockHost {

	/** The session by which locks can be asked for; null while there is none. */
	@Nullable Session activeSession();

	/** Now, on the loop's clock. Any thread. */
	long now();

	Loop loop();

	/** Runs code of the application. */
	Executor callbacks();

	/** Which locks are kept after their release. */
	LockCache cache();

	/** What the nodes tell each other beside the journal. */
	ShardHints hints();

	/** Gives up holdings for the sake of others. */
	HandOver handOver();

	/** Offers a kept lock to callers, who take it without the loop. */
	void offer(String key, KeptLock kept);

	/** Ends the offer. */
	void withdraw(String key, KeptLock kept);

	/** Evaluates the lock once more when the present task is done. */
	void again(String key);

	/**
	 * Evaluates the lock again when a record is confirmed that is sent now, or is under
	 * way.
	 */
	void awaitSignOfLife(String key);

	/** Forgets the lock if nothing depends on it. */
	void idle(String key);

	/** Tells of a holding. Any thread. */
	void event(HoldEvent.Type type, String name, LockKind kind, long token, @Nullable Reason reason, long elapsed);

}
