package io.pulsarlock.annotation;

import java.util.function.Consumer;

import io.micrometer.observation.Observation;
import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * Observed work that holds a {@link Grip}.
 */
final class GripWork implements GuardedWork {

	/** The result of a fallback, which holds nothing. */
	static final GuardedWork NOTHING_HELD = new GuardedWork() {

		@Override
		public boolean detach() {
			return false;
		}

		@Override
		public void end(@Nullable Throwable failure) {
		}

		@Override
		public @Nullable Throwable outcome(@Nullable Throwable failure) {
			return failure;
		}

		@Override
		public void onLost(Consumer<LockLostException> callback) {
		}

	};

	private final Grip grip;

	private final Observation observation;

	private volatile boolean detached;

	GripWork(Grip grip, Observation observation) {
		this.grip = grip;
		this.observation = observation;
	}

	@Override
	public boolean detach() {
		this.detached = true;
		return true;
	}

	boolean isDetached() {
		return this.detached;
	}

	@Override
	public void end(@Nullable Throwable failure) {
		// First, so that a caller that waits for the result finds the lock free.
		if (this.grip.release()) {
			if (failure != null) {
				this.observation.error(failure);
			}
			this.observation.stop();
		}
	}

	@Override
	public @Nullable Throwable outcome(@Nullable Throwable failure) {
		return (!this.grip.isReleased() && this.grip.isForfeited()) ? this.grip.forfeited(failure) : failure;
	}

	@Override
	public void onLost(Consumer<LockLostException> callback) {
		this.grip.onInterruptingLoss((lost) -> callback.accept(this.grip.forfeited(null)));
	}

}
