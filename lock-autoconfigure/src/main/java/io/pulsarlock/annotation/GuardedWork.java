package io.pulsarlock.annotation;

import java.util.function.Consumer;

import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * What a guarded method has begun and what its result stands for. Everything is held
 * until the method returns, or, once {@linkplain #detach() detached}, until the work has
 * {@linkplain #end ended}.
 * <p>
 * Safe for use by any number of threads.
 *
 * @since 0.2.0
 */
public interface GuardedWork {

	/**
	 * Keeps everything held when the call has returned, until {@link #end} is called. To
	 * be called within {@link GuardedCall.Completion#complete}. If that throws an
	 * exception, everything is given back all the same.
	 * @return false if nothing is held, as the result is that of a fallback
	 */
	boolean detach();

	/**
	 * The work has ended: gives everything back. The second call does nothing.
	 * @param failure what the work failed with, or null
	 */
	void end(@Nullable Throwable failure);

	/**
	 * What the outcome of the work is to its callers.
	 * @param failure what the work failed with, or null
	 * @return a {@link LockLostException} if what guards the work was lost meanwhile and
	 * the annotation does not leave that to the method; otherwise the failure itself
	 */
	@Nullable Throwable outcome(@Nullable Throwable failure);

	/**
	 * Calls back when what guards the work is lost, unless the annotation leaves that to
	 * the method.
	 * @param callback what to do, on a thread of the registry, at once if it is lost
	 * already
	 */
	void onLost(Consumer<LockLostException> callback);

}
