package io.pulsarlock.comparison.annotation;

import java.util.Optional;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;

/** A bean whose methods do almost nothing. */
public class Guarded {

	static final String LOCK = "guarded";

	static final String GROUP = "guards";

	private int calls;

	/**
	 * Not guarded.
	 * @return a number
	 */
	public int plain() {
		return ++this.calls;
	}

	/**
	 * Guarded in this JVM.
	 * @return a number
	 */
	public synchronized int withMonitor() {
		return ++this.calls;
	}

	/**
	 * Guarded in the cluster.
	 * @return a number
	 */
	@DistributedLock(name = LOCK)
	public Integer withDistributedLock() {
		return ++this.calls;
	}

	/**
	 * Run by the leader only.
	 * @return empty where it is skipped
	 */
	@LeaderOnly(GROUP)
	public Optional<Integer> onlyByTheLeader() {
		return Optional.of(++this.calls);
	}

	/**
	 * Guarded by ShedLock.
	 * @return a number
	 */
	@SchedulerLock(name = LOCK)
	public Optional<Integer> withShedLock() {
		return Optional.of(++this.calls);
	}

}
