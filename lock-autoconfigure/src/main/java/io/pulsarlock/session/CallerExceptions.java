package io.pulsarlock.session;

import java.time.Duration;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

/**
 * What a caller is told who does not get a lock: an exception of its own, as the cause
 * may be one that many are told of.
 */
final class CallerExceptions {

	private CallerExceptions() {
	}

	/** The lock was refused for that cause. */
	static LockException of(String lock, @Nullable Throwable cause) {
		if (cause instanceof LockBusyException busy) {
			return new LockBusyException(String.valueOf(busy.getMessage()));
		}
		if (cause instanceof LockConfigurationException refused) {
			return new LockConfigurationException(String.valueOf(refused.getMessage()), refused);
		}
		return new LockUnavailableException((cause instanceof LockException failure)
				? String.valueOf(failure.getMessage()) : "Lock '" + PrintedNames.lock(lock) + "' cannot be acquired",
				cause);
	}

	/** The caller has waited for as long as it wanted. */
	static LockException givenUp(String lock, Shard shard, Waiter waiter, Duration limit) {
		if (!waiter.behind || !shard.isConfirmed()) {
			return shard.unavailable(lock);
		}
		return new LockBusyException("Lock '" + PrintedNames.lock(lock) + "' was "
				+ (waiter.resting ? "held or rested for " : "held by another holder for ") + Durations.text(limit));
	}

}
