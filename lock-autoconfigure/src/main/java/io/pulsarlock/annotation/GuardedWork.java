package io.pulsarlock.annotation;

import java.util.function.Consumer;

import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * The work that a guarded method has begun and that its result stands for. Everything is
 * held until the method returns, or, once {@linkplain #detach() detached}, until the work
 * has {@linkplain #end ended}.
 * <p>
 * Safe for use by multiple threads.
 *
 * @since 0.2.0
 */
public interface GuardedWork {

	/**
	 * Keeps everything held after the call has returned, until {@link #end} is called.
	 * Must be called within {@link GuardedCall.Completion#complete}. If that method
	 * throws an exception, everything is released regardless.
	 * @return false if nothing is held, because the result is that of a fallback
	 */
	boolean detach();

	/**
	 * Ends the work: releases everything. A second call has no effect.
	 * @param failure what the work failed with, or null
	 */
	void end(@Nullable Throwable failure);

	/**
	 * The outcome of the work for its callers.
	 * @param failure what the work failed with, or null
	 * @return a {@link LockLostException} if what guards the work was lost meanwhile and
	 * the annotation does not leave the loss to the method; otherwise the failure itself
	 */
	@Nullable Throwable outcome(@Nullable Throwable failure);

	/**
	 * Registers a callback for the loss of what guards the work, unless the annotation
	 * leaves the loss to the method.
	 * @param callback what to do, on a thread of the registry; called at once if it is
	 * already lost
	 */
	void onLost(Consumer<LockLostException> callback);

}
