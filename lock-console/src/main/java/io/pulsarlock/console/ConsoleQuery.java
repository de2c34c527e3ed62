package io.pulsarlock.console;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Which part of the cluster a page wants to see.
 *
 * @param text what names, nodes or tokens contain, in lower case; empty for all
 * @param waited whether only locks that are awaited
 * @param sort the order of the locks
 * @param size how many rows make a page
 * @param locks which page of the locks, from zero
 * @param groups which page of the groups
 * @param rests which page of the locks that rest
 * @param nodes which page of the nodes
 * @param epoch whose entries of the timeline are known
 * @param after the last of them
 */
record ConsoleQuery(String text, boolean waited, Sort sort, int size, int locks, int groups, int rests, int nodes,
		String epoch, long after) {

	/** However many there are, an answer stays small. */
	private static final int LARGEST_PAGE = 200;

	private static final int PAGE = 50;

	static ConsoleQuery of(ConsoleRequest request) {
		return new ConsoleQuery(text(request.parameter("q")).toLowerCase(Locale.ROOT),
				"true".equals(request.parameter("waited")), Sort.of(text(request.parameter("sort"))),
				(int) number(request.parameter("size"), PAGE, 1, LARGEST_PAGE),
				(int) number(request.parameter("locks"), 0, 0, Integer.MAX_VALUE),
				(int) number(request.parameter("groups"), 0, 0, Integer.MAX_VALUE),
				(int) number(request.parameter("rests"), 0, 0, Integer.MAX_VALUE),
				(int) number(request.parameter("nodes"), 0, 0, Integer.MAX_VALUE), text(request.parameter("epoch")),
				number(request.parameter("after"), 0, 0, Long.MAX_VALUE));
	}

	private static String text(@Nullable String value) {
		return (value != null) ? value.strip() : "";
	}

	private static long number(@Nullable String value, long otherwise, long min, long max) {
		try {
			return (value != null) ? Math.min(Math.max(Long.parseLong(value), min), max) : otherwise;
		}
		catch (NumberFormatException ex) {
			return otherwise;
		}
	}

	boolean matches(String value) {
		return value.toLowerCase(Locale.ROOT).contains(this.text);
	}

	/** The order of the locks. */
	enum Sort {

		/** By name. */
		NAME,

		/** The longest held first. */
		HELD,

		/** The most wanted first. */
		WAITING;

		static Sort of(String value) {
			for (Sort each : values()) {
				if (each.name().equalsIgnoreCase(value)) {
					return each;
				}
			}
			return NAME;
		}

	}

}
