package io.pulsarlock.sample.digest;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Compares the mails that were sent with those that should have been: one for each fire
 * time.
 */
@Component
public class DigestReport {

	private static final int SHOWN = 60;

	/** A mail this much after its time was sent by a leader that made up for another. */
	private static final Duration LATE = Duration.ofSeconds(2);

	private final JdbcClient jdbc;

	private final DigestRuns runs;

	DigestReport(JdbcClient jdbc, DigestRuns runs) {
		this.jdbc = jdbc;
		this.runs = runs;
	}

	/**
	 * Makes the report.
	 * @return the latest fire times and the numbers of all
	 */
	public Report make() {
		OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
		List<Mail> mails = this.jdbc
			.sql("SELECT fire_time, node, sent_at FROM digest_mail ORDER BY fire_time DESC, sent_at DESC LIMIT 120")
			.query(Mail.class)
			.list();
		if (mails.isEmpty()) {
			return new Report(List.of(), 0, 0, 0);
		}
		Map<Long, List<Mail>> byTime = mails.stream()
			.collect(Collectors.groupingBy((mail) -> mail.fireTime().toEpochSecond()));
		OffsetDateTime first = mails.get(mails.size() - 1).fireTime();
		List<OffsetDateTime> times = new ArrayList<>(List.of(first));
		// The leader has a second to send what is due.
		times.addAll(this.runs.between(first, now.minusSeconds(1)));
		List<Slot> slots = times.stream()
			.skip(Math.max(times.size() - SHOWN, 0))
			.map((time) -> slot(time, byTime.getOrDefault(time.toEpochSecond(), List.of())))
			.toList();
		long missing = slots.stream().filter((slot) -> slot.state() == State.MISSING).count();
		int sent = this.jdbc.sql("SELECT COUNT(*) FROM digest_mail").query(Integer.class).single();
		int distinct = this.jdbc.sql("SELECT COUNT(DISTINCT fire_time) FROM digest_mail").query(Integer.class).single();
		return new Report(slots, sent, sent - distinct, missing);
	}

	private static Slot slot(OffsetDateTime time, List<Mail> mails) {
		if (mails.isEmpty()) {
			return new Slot(time, State.MISSING, "");
		}
		Mail mail = mails.get(0);
		boolean late = Duration.between(time, mail.sentAt()).compareTo(LATE) > 0;
		State state = (mails.size() > 1) ? State.DUPLICATE : late ? State.LATE : State.SENT;
		return new Slot(time, state, mail.node());
	}

	record Mail(OffsetDateTime fireTime, String node, OffsetDateTime sentAt) {
	}

	/**
	 * All runs.
	 *
	 * @param slots the latest fire times
	 * @param sent how many mails were sent
	 * @param duplicates how many more than there were fire times
	 * @param missing how many of the latest fire times have no mail
	 */
	public record Report(List<Slot> slots, int sent, int duplicates, long missing) {
	}

	/**
	 * One fire time.
	 *
	 * @param fireTime the time
	 * @param state whether its mail was sent
	 * @param node by whom
	 */
	public record Slot(OffsetDateTime fireTime, State state, String node) {
	}

	/** What became of a fire time. */
	public enum State {

		/** One mail, in time. */
		SENT,

		/** One mail, later, by a new leader. */
		LATE,

		/** No mail. */
		MISSING,

		/** More than one mail. */
		DUPLICATE

	}

}
