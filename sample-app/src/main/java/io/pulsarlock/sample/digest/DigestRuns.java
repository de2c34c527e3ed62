package io.pulsarlock.sample.digest;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.sample.SampleProperties;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.stereotype.Repository;

/**
 * Which runs of the digest there were and which are due.
 */
@Repository
class DigestRuns {

	/** Limits one run, however long there was no leader. */
	private static final int MOST = 100;

	private final JdbcClient jdbc;

	private final CronExpression cron;

	private final Clock clock = Clock.systemUTC();

	DigestRuns(JdbcClient jdbc, SampleProperties properties) {
		this.jdbc = jdbc;
		this.cron = CronExpression.parse(properties.digest().cron());
	}

	List<OffsetDateTime> due() {
		// A timer may be a little early.
		OffsetDateTime now = OffsetDateTime.now(this.clock).plus(Duration.ofMillis(100));
		OffsetDateTime last = this.jdbc.sql("SELECT MAX(fire_time) FROM digest_run")
			.query(OffsetDateTime.class)
			.optional()
			.orElse(now.minusSeconds(1));
		return between(last, now);
	}

	/** The fire times after the first moment and up to the second. */
	List<OffsetDateTime> between(OffsetDateTime after, OffsetDateTime upTo) {
		List<OffsetDateTime> times = new ArrayList<>();
		OffsetDateTime time = this.cron.next(after.withOffsetSameInstant(ZoneOffset.UTC));
		while (time != null && !time.isAfter(upTo) && times.size() < MOST) {
			times.add(time);
			time = this.cron.next(time);
		}
		return times;
	}

	/**
	 * Records a run, unless there is one for this time or by a later leader.
	 * @return whether it was recorded
	 */
	boolean record(OffsetDateTime fireTime, String node, long term) {
		try {
			return this.jdbc.sql("""
					INSERT INTO digest_run (fire_time, node, term) SELECT :fireTime, :node, :term
					WHERE NOT EXISTS (SELECT 1 FROM digest_run WHERE term > :term)""")
				.param("fireTime", fireTime)
				.param("node", node)
				.param("term", term)
				.update() == 1;
		}
		catch (DuplicateKeyException ex) {
			return false;
		}
	}

}
