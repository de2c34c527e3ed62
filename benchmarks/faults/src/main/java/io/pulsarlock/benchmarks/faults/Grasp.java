package io.pulsarlock.benchmarks.faults;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;

/**
 * What a node has that believes to hold a lock.
 */
interface Grasp {

	/**
	 * The token.
	 * @return the token
	 * @throws LockLostException if the lock was lost
	 */
	long token();

	/** Whether it believes so at this moment. */
	boolean isHeld();

	/** Calls back when the belief has ended against the holder's will. */
	void onLost(Consumer<LockLoss> callback);

	/** Whether it has ended against the holder's will. */
	boolean isLost();

	/**
	 * That of a lock of the library.
	 * @param held the holding
	 * @param belief how the user of it asks whether it is held
	 */
	static Grasp of(LockGrant held, BooleanSupplier belief) {
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

		};
	}

}
