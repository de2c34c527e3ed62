package io.pulsarlock.session;

import java.time.Duration;

/**
 * Durations that callers give: as text, as a person would write it, and so that they can
 * be counted in nanoseconds.
 */
final class Durations {

	/** Longer than any wait or hold, short enough for nanoseconds. */
	static final Duration FOREVER = Duration.ofDays(365);

	private static final long SECOND = 1000;

	private static final long MINUTE = 60 * SECOND;

	private static final long HOUR = 60 * MINUTE;

	private Durations() {
	}

	/** The duration, but no more than {@link #FOREVER}. */
	static Duration countable(Duration duration) {
		return (duration.compareTo(FOREVER) < 0) ? duration : FOREVER;
	}

	/**
	 * A duration in one unit, rounded to what matters: 200 ms, 1.5 s, 2 s, 90 s, 5 min.
	 */
	static String text(Duration duration) {
		if (duration.isNegative()) {
			// The shortest of all has no counterpart.
			return "-" + text((duration.getSeconds() != Long.MIN_VALUE) ? duration.negated()
					: Duration.ofSeconds(Long.MAX_VALUE));
		}
		if (duration.toDays() > 1000) {
			return duration.toDays() + " days";
		}
		long millis = duration.plusNanos(500_000).toMillis();
		if (millis == 0 && !duration.isZero()) {
			return "less than 1 ms";
		}
		if (millis < SECOND) {
			return millis + " ms";
		}
		if (millis < 10 * SECOND && millis % SECOND != 0) {
			long tenths = (millis + 50) / 100;
			return tenths / 10 + ((tenths % 10 != 0) ? "." + tenths % 10 : "") + " s";
		}
		long seconds = (millis + SECOND / 2) / SECOND;
		if (seconds % (HOUR / SECOND) == 0) {
			return seconds / (HOUR / SECOND) + " h";
		}
		return (seconds % (MINUTE / SECOND) == 0) ? seconds / (MINUTE / SECOND) + " min" : seconds + " s";
	}

}
