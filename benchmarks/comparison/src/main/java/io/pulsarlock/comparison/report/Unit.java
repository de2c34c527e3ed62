package io.pulsarlock.comparison.report;

import java.util.Locale;

/** How numbers are written. */
enum Unit {

	/** Nanoseconds, written in whatever fits. */
	TIME {

		@Override
		String text(double value) {
			if (value < 1000) {
				return digits(value) + " ns";
			}
			if (value < 1e6) {
				return digits(value / 1e3) + " µs";
			}
			return (value < 1e9) ? digits(value / 1e6) + " ms" : digits(value / 1e9) + " s";
		}

	},

	/** A plain number. */
	NUMBER {

		@Override
		String text(double value) {
			return digits(value);
		}

	},

	/** Parts of a hundred. */
	PERCENT {

		@Override
		String text(double value) {
			return digits(value) + " %";
		}

	},

	/** Bytes. */
	BYTES {

		@Override
		String text(double value) {
			if (value < 0) {
				// A difference that is lost in what else changed meanwhile.
				return "≤ 0 B";
			}
			if (value < 1000) {
				return Math.round(value) + " B";
			}
			return (value < 1e6) ? digits(value / 1e3) + " kB" : digits(value / 1e6) + " MB";
		}

	};

	abstract String text(double value);

	private static String digits(double value) {
		double size = Math.abs(value);
		if (size >= 1000) {
			return String.format(Locale.ROOT, "%,.0f", value).replace(',', ' ');
		}
		String text = String.format(Locale.ROOT, (size >= 100) ? "%.0f" : (size >= 10) ? "%.1f" : "%.2f", value);
		return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
	}

}
