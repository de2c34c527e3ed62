package io.pulsarlock.annotation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.support.CronExpression;

/**
 * The times at which a scheduled job is due.
 *
 * @param job the job's name, the same on all nodes
 * @param calendars its cron expressions
 */
record FireTimes(String job, List<Calendar> calendars) {

	/** A thread may wake up slightly before the time by the wall clock. */
	private static final Duration EARLY = Duration.ofMillis(50);

	private static final List<Duration> SPANS = List.of(Duration.ofSeconds(2), Duration.ofMinutes(2),
			Duration.ofHours(2), Duration.ofDays(2), Duration.ofDays(32), Duration.ofDays(367), Duration.ofDays(1500));

	/**
	 * The fire time of a call at this moment.
	 * @return the latest fire time, or null if there was none for years
	 */
	@Nullable Instant latest() {
		return latest(Instant.now());
	}

	/**
	 * The fire time of a call at that time.
	 * @param now the time of the call
	 * @return the latest fire time not after it, or null if there was none for years
	 */
	@Nullable Instant latest(Instant now) {
		Instant latest = null;
		for (Calendar calendar : this.calendars) {
			Instant each = calendar.latest(now.plus(EARLY));
			if (each != null && (latest == null || each.isAfter(latest))) {
				latest = each;
			}
		}
		return latest;
	}

	/**
	 * One cron expression.
	 *
	 * @param cron the expression
	 * @param zone its time zone
	 */
	record Calendar(CronExpression cron, ZoneId zone) {

		@Nullable Instant latest(Instant until) {
			ZonedDateTime end = until.atZone(this.zone);
			for (Duration span : SPANS) {
				ZonedDateTime found = null;
				ZonedDateTime next = this.cron.next(end.minus(span));
				while (next != null && !next.isAfter(end)) {
					found = next;
					next = this.cron.next(next);
				}
				if (found != null) {
					return found.toInstant();
				}
			}
			return null;
		}

	}

}
