package io.pulsarlock.annotation;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LockLostException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A future that holds a lock. A plain {@link Future} does not signal its completion, so
 * it is polled.
 */
final class GuardedFuture implements Future<@Nullable Object> {

	private static final Log logger = LogFactory.getLog(GuardedFuture.class);

	private static final long LOOK_NANOS = 20_000_000;

	private final Future<?> future;

	private final GuardedWork work;

	GuardedFuture(Future<?> future, GuardedWork work) {
		this.future = future;
		this.work = work;
		work.onLost((lost) -> future.cancel(true));
		look();
	}

	private void look() {
		try {
			if (!this.future.isDone()) {
				Delays.callAfter(LOOK_NANOS, this::look);
				return;
			}
		}
		catch (Throwable ex) {
			// Its completion will never be known.
			logger.error("Unable to determine whether a future that keeps a lock is done: the lock is released", ex);
			this.work.end(ex);
			return;
		}
		this.work.end(failure());
	}

	/** The failure of the future, which is done. */
	private @Nullable Throwable failure() {
		try {
			this.future.get(0, TimeUnit.NANOSECONDS);
			return null;
		}
		catch (ExecutionException ex) {
			return (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (TimeoutException ex) {
			return null;
		}
		catch (Throwable ex) {
			// Usually cancelled.
			return ex;
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return this.future.cancel(mayInterruptIfRunning);
	}

	@Override
	public boolean isCancelled() {
		return this.future.isCancelled();
	}

	@Override
	public boolean isDone() {
		return this.future.isDone();
	}

	@Override
	public @Nullable Object get() throws InterruptedException, ExecutionException {
		try {
			return checked(this.future.get());
		}
		finally {
			ended();
		}
	}

	@Override
	public @Nullable Object get(long timeout, TimeUnit unit)
			throws InterruptedException, ExecutionException, TimeoutException {
		try {
			return checked(this.future.get(timeout, unit));
		}
		finally {
			ended();
		}
	}

	private @Nullable Object checked(@Nullable Object result) throws ExecutionException {
		if (this.work.outcome(null) instanceof LockLostException lost) {
			throw new ExecutionException(lost);
		}
		return result;
	}

	private void ended() {
		if (this.future.isDone()) {
			this.work.end(failure());
		}
	}

}
