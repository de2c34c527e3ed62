package io.pulsarlock.session;

import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LockException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.RecordBounds;

/**
 * The claim of a leader that it begins a job for a fire time. What cannot be written is
 * refused here: it must not end the session that is to write it.
 *
 * @param group the name of the group
 * @param key the key of the group
 * @param job the job
 * @param fireTime the fire time
 */
record JobClaim(String group, String key, String job, Instant fireTime) {

	/** Later ones have no milliseconds. */
	private static final Instant LAST_FIRE_TIME = Instant.ofEpochMilli(Long.MAX_VALUE);

	JobClaim {
		if (job.length() > RecordBounds.MAX_JOB) {
			throw new IllegalArgumentException("The name of a job must not be longer than " + RecordBounds.MAX_JOB
					+ " characters, but this one has " + job.length() + ": " + PrintedNames.text(job.substring(0, 40))
					+ "...");
		}
		if (Names.hasUnpairedSurrogate(job)) {
			throw new IllegalArgumentException("The name of a job must not have an unpaired surrogate");
		}
		if (fireTime.isBefore(Instant.EPOCH) || fireTime.isAfter(LAST_FIRE_TIME)) {
			throw new IllegalArgumentException(
					"The fire time must be from " + Instant.EPOCH + " to " + LAST_FIRE_TIME + ", not " + fireTime);
		}
	}

	/**
	 * Makes the claim and waits for the answer, for the reconnect grace at most.
	 * @return whether it is the first for this fire time or a later one
	 * @throws LockException if there is no answer
	 */
	boolean make(Shard shard) throws InterruptedException {
		if (shard.isOutOfReach()) {
			throw shard.unavailable(this.group);
		}
		try {
			return shard.fire(this.key + ' ' + this.job, this.fireTime.toEpochMilli())
				.get(shard.settings().reconnectGrace().toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof LockException failure) ? failure : shard.unavailable(this.group);
		}
		catch (TimeoutException ex) {
			throw shard.unavailable(this.group);
		}
	}

}
