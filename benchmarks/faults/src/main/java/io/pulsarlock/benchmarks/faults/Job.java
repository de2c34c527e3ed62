package io.pulsarlock.benchmarks.faults;

import java.time.Instant;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;

import org.springframework.scheduling.annotation.Scheduled;

/**
 * The leader's job, once per second. Not final, so that it can be guarded.
 */
class Job {

	/** A thread may wake up slightly before the time by the wall clock. */
	private static final long EARLY_MILLIS = 50;

	/**
	 * The time of the scheduler's call, on its thread. The claim of the fire time, before
	 * the job runs, may take longer than until the next one.
	 */
	private static final ThreadLocal<Long> CALLED = ThreadLocal.withInitial(System::currentTimeMillis);

	private final LeaderWatch watch;

	private final History history;

	Job(LeaderWatch watch, History history) {
		this.watch = watch;
		this.history = history;
	}

	/** Wraps each call of the scheduler. */
	static Runnable timed(Runnable call) {
		return () -> {
			CALLED.set(System.currentTimeMillis());
			call.run();
		};
	}

	@LeaderOnly(group = LeaderWatch.GROUP, oncePerFireTime = true)
	@Scheduled(cron = "* * * * * *")
	void run() {
		LockGrant held = LockContext.current().held().get(0);
		long fireTime = Instant.ofEpochSecond((CALLED.get() + EARLY_MILLIS) / 1000).toEpochMilli();
		this.watch.seen(held);
		this.history.fired(fireTime, held.fencingToken());
	}

	/** Handles what the scheduler has caught. */
	static void failed(History history, Throwable ex) {
		if (ex instanceof LockUnavailableException) {
			history.unknown(LeaderWatch.LOCK, ex);
		}
		else if (!(ex instanceof LockLostException)) {
			history.unexpected("job", ex);
		}
	}

}
