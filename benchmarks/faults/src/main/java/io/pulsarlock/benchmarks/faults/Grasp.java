package io.pulsarlock.benchmarks.faults;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;

/**
 * What a node that believes to hold a lock has.
 */
interface Grasp {

	/**
	 * The token.
	 * @return the token
	 * @throws LockLostException if the lock was lost
	 */
	long token();

	/** Whether it currently believes to hold the lock. */
	boolean isHeld();

	/** Registers a callback for an end that the holder did not cause. */
	void onLost(Consumer<LockLoss> callback);

	/** Whether it has ended without the holder's doing. */
	boolean isLost();

	/** How much of the lock it is. */
	default Part part() {
		return Part.ALL;
	}

	/**
	 * Creates the grasp of a lock of the library.
	 * @param held the handle
	 * @param belief how the user checks whether it is held
	 */
	static Grasp of(LockGrant held, BooleanSupplier belief) {
		return of(held, belief, Part.ALL);
	}

	/**
	 * Creates the grasp of a lock of the library that others may have as well.
	 * @param held the handle
	 * @param belief how the user checks whether it is held
	 * @param part how much of it the holder has
	 */
	static Grasp of(LockGrant held, BooleanSupplier belief, Part part) {
		return new Grasp() {

			@Override
			public long token() {
				return held.fencingToken();
			}

			@Override
			public boolean isHeld() {
				return belief.getAsBoolean();
			}

			@Override
			public void onLost(Consumer<LockLoss> callback) {
				held.onLost(callback);
			}

			@Override
			public boolean isLost() {
				try {
					held.assertHeld();
					return false;
				}
				catch (LockLostException ex) {
					return true;
				}
				catch (IllegalStateException ex) {
					return false;
				}
			}

			@Override
			public Part part() {
				return part;
			}

		};
	}

}
