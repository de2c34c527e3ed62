package io.pulsarlock.annotation;

import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.LockLostException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import io.pulsarlock.session.CountedHandle;

import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * The transaction that began before a guarded method was called and outlasts it. What the
 * method has written is not visible to others before that transaction commits, so the
 * locks are kept until then. In the meantime they are shared with every guarded method on
 * the thread.
 */
final class CallerTransaction {

	private static final boolean present = ClassUtils.isPresent(
			"org.springframework.transaction.support.TransactionSynchronizationManager",
			CallerTransaction.class.getClassLoader());

	private CallerTransaction() {
	}

	/** Whether this thread has a transaction with synchronization. */
	static boolean isActive() {
		return present && TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	/**
	 * Keeps locks until the transaction has been completed.
	 * @param locks the locks of a call; other owners on the thread keep theirs themselves
	 * @param strict whether the transaction must not commit if one was lost
	 */
	static void keep(List<CallLock> locks, boolean strict) {
		List<CallLock> own = locks.stream()
			.filter((lock) -> lock.isOwned() && !lock.isBound() && lock.share())
			.toList();
		if (own.isEmpty()) {
			return;
		}
		Completion completion = new Completion(own, strict);
		boolean registered = false;
		try {
			TransactionSynchronizationManager.registerSynchronization(completion);
			registered = true;
		}
		finally {
			if (registered) {
				completion.bind();
			}
			else {
				own.forEach(CallLock::release);
			}
		}
	}

	/** Releases the locks at the very end of the transaction. */
	private static final class Completion implements TransactionSynchronization {

		private final List<CallLock> locks;

		private final boolean strict;

		private final List<Registration> registrations = new ArrayList<>();

		Completion(List<CallLock> locks, boolean strict) {
			this.locks = locks;
			this.strict = strict;
		}

		void bind() {
			for (CallLock lock : this.locks) {
				this.registrations.add(lock.bind());
				if (lock.grant() instanceof CountedHandle counted) {
					this.registrations.add(counted.use());
				}
			}
		}

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			if (!this.strict) {
				return;
			}
			for (CallLock lock : this.locks) {
				if (!lock.grant().isHeld()) {
					throw new LockLostException("Lock '" + PrintedNames.lock(lock.grant().name())
							+ "' was lost before the transaction around the guarded call was committed;"
							+ " the transaction is rolled back");
				}
			}
		}

		@Override
		public void afterCompletion(int status) {
			try {
				for (int i = this.registrations.size() - 1; i >= 0; i--) {
					this.registrations.get(i).close();
				}
			}
			finally {
				this.locks.forEach(CallLock::release);
			}
		}

	}

}
