package io.pulsarlock.actuate;

import java.util.List;
import java.util.function.Predicate;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockException;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockStatistics;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Reports up while every session of this node is confirmed, whether it leads, holds or
 * waits; down, with the reason, while locks can be neither granted nor kept. The detail
 * {@code withoutLeader} names the groups that have had no leader for longer than a lease.
 * Reads memory only.
 *
 * @since 0.1.0
 */
public class PulsarLockHealthIndicator extends AbstractHealthIndicator {

	private final LockMonitor monitor;

	private final Leadership leadership;

	/**
	 * Create the indicator.
	 * @param monitor what this node knows
	 * @param leadership the leader groups of this node
	 */
	public PulsarLockHealthIndicator(LockMonitor monitor, Leadership leadership) {
		super("Pulsar lock health check failed");
		this.monitor = monitor;
		this.leadership = leadership;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		LockStatistics statistics = this.monitor.statistics();
		builder.withDetail("node", this.monitor.node())
			.withDetail("sessions", statistics.sessions())
			.withDetail("lastHeartbeatAge", statistics.silence())
			.withDetail("held", statistics.held())
			.withDetail("waiting", statistics.waiting())
			.withDetail("hints", statistics.hints())
			.withDetail("leads", groups(LeaderGroup::isLeader));
		List<String> vacant = groups(LeaderGroup::isVacant);
		if (!vacant.isEmpty()) {
			builder.withDetail("withoutLeader", vacant);
		}
		if (statistics.skipped() > 0) {
			builder.withDetail("skippedMessages", statistics.skipped());
		}
		if (statistics.confirmed()) {
			builder.up();
		}
		else {
			builder.down().withDetail("reason", reason());
		}
	}

	private List<String> groups(Predicate<LeaderGroup> which) {
		return this.leadership.groups().stream().filter(which).map(LeaderGroup::name).sorted().toList();
	}

	private String reason() {
		try {
			this.monitor.view();
			return "Not every session was confirmed at the time of the check";
		}
		catch (LockException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

}
