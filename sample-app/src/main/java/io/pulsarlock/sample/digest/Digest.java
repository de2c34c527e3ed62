package io.pulsarlock.sample.digest;

import java.time.OffsetDateTime;

import io.pulsarlock.LockMonitor;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Sends the digest. Every node's clock strikes, but only the leader's call gets through.
 */
@Component
class Digest {

	private final DigestRuns runs;

	private final Outbox outbox;

	private final LockMonitor monitor;

	Digest(DigestRuns runs, Outbox outbox, LockMonitor monitor) {
		this.runs = runs;
		this.outbox = outbox;
		this.monitor = monitor;
	}

	/**
	 * Sends what is due by the table and not by the clock: so the first call of a new
	 * leader makes up for what the old one did not do.
	 */
	@LeaderOnly("digest")
	@Scheduled(cron = "${sample.digest.cron}", zone = "UTC")
	public void sendWhatIsDue() {
		LockContext leadership = LockContext.current();
		for (OffsetDateTime fireTime : this.runs.due()) {
			// First recorded, then sent: a crash in between costs one mail, and never
			// sends one twice. It cannot be had both ways without a mail server that
			// recognizes what it has seen.
			if (this.runs.record(fireTime, this.monitor.node(), leadership.fencingToken())) {
				this.outbox.send(fireTime);
			}
		}
	}

}
