package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.List;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.PrintedNames;

/**
 * Who waits on this node for one lock, in their order. On the loop.
 */
final class WaitQueue {

	private final String lock;

	private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

	/**
	 * Creates an empty queue.
	 * @param lock the lock's name
	 */
	WaitQueue(String lock) {
		this.lock = lock;
	}

	void add(Waiter waiter) {
		this.waiters.add(waiter);
	}

	/** Forgets those who do not wait any more. */
	void clean() {
		this.waiters.removeIf((waiter) -> !waiter.isWaiting());
	}

	/**
	 * Refuses those who do not want to wait and would have to.
	 * @param taken whether the lock is held
	 * @param resting whether it rests
	 * @param inTouch whether it would be known if another node had it
	 */
	void refuseImmediate(boolean taken, boolean resting, boolean inTouch) {
		int before = 0;
		for (Waiter waiter : List.copyOf(this.waiters)) {
			if (waiter.immediate && (taken || resting || (inTouch && before > 0))) {
				waiter.granted.completeExceptionally(new LockBusyException("Lock '" + PrintedNames.lock(this.lock)
						+ (resting ? "' rests" : "' is held or awaited by another caller")));
				this.waiters.remove(waiter);
			}
			else {
				before++;
			}
		}
	}

	/** Whether a caller waits that does not want to. */
	boolean hasImmediate() {
		for (Waiter waiter : this.waiters) {
			if (waiter.immediate) {
				return true;
			}
		}
		return false;
	}

	/** Tells all whether another caller is known to be in front of them. */
	void behind(boolean behind) {
		behind(behind, false);
	}

	/** The same of a lock that may rest. */
	void behind(boolean behind, boolean resting) {
		this.waiters.forEach((waiter) -> {
			waiter.behind = behind || resting;
			waiter.resting = resting;
		});
	}

	/** Who has waited longest. */
	Waiter first() {
		return this.waiters.element();
	}

	void removeFirst() {
		this.waiters.remove();
	}

	/** No caller gets what it waits for. */
	void fail(LockException failure) {
		this.waiters.forEach((waiter) -> waiter.granted.completeExceptionally(failure));
		this.waiters.clear();
	}

	boolean isEmpty() {
		return this.waiters.isEmpty();
	}

	int size() {
		return this.waiters.size();
	}

}
