package io.pulsarlock.benchmarks.faults;

import java.time.Instant;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;

import org.springframework.scheduling.annotation.Scheduled;

/**
 * The leader's job, once a second. Not final, so that it can be guarded.
 */
class Job {

	/** A thread may wake up a little before the time by the wall clock. */
	private static final long EARLY_MILLIS = 50;

	/**
	 * When the scheduler has called, on its thread. The claim of a fire time, between
	 * that and the job, may take longer than until the next.
	 */
	private static final ThreadLocal<Long> CALLED = ThreadLocal.withInitial(System::currentTimeMillis);

	private final LeaderWatch watch;

	private final History history;

	Job(LeaderWatch watch, History history) {
		this.watch = watch;
		this.history = history;
	}

	/** Around each call of the scheduler. */
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

	/** What the scheduler has caught. */
	static void failed(History history, Throwable ex) {
		if (ex instanceof LockUnavailableException) {
			history.unknown(LeaderWatch.LOCK, ex);
		}
		else if (!(ex instanceof LockLostException)) {
			history.unexpected("job", ex);
		}
	}

}
