package io.pulsarlock.line;

import java.util.HashMap;
import java.util.Map;

import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;

/**
 * The latest fire time of each job.
 */
final class FiredJobs {

	private final Map<String, Long> fired = new HashMap<>();

	/**
	 * Applies what a record says of jobs, if it does.
	 * @return whether it was the first to say so
	 */
	boolean apply(JournalRecord record) {
		if (record instanceof Fire fire) {
			Long before = this.fired.get(fire.job());
			if (before == null || before < fire.fireTime()) {
				this.fired.put(fire.job(), fire.fireTime());
				return true;
			}
			return false;
		}
		return record instanceof Forget forget && this.fired.remove(forget.job()) != null;
	}

}
