package io.pulsarlock.comparison.report;

import java.util.List;
import java.util.Locale;

/** A picture of bars from left to right on a logarithmic axis, as SVG. */
final class BarChart {

	private static final int LEFT = 270;

	private static final int WIDTH = 860;

	private static final int RIGHT = 110;

	private static final int BAR = 22;

	private static final int TOP = 56;

	private final String title;

	private final Unit unit;

	private final List<Bar> bars;

	BarChart(String title, Unit unit, List<Bar> bars) {
		this.title = title;
		this.unit = unit;
		this.bars = bars.stream().filter((bar) -> bar.value() > 0).toList();
	}

	boolean isEmpty() {
		return this.bars.isEmpty();
	}

	String svg() {
		double least = this.bars.stream().mapToDouble((bar) -> Math.max(bar.least(), bar.value() / 10)).min().orElse(1);
		double most = this.bars.stream().mapToDouble(Bar::most).max().orElse(10);
		int from = (int) Math.floor(Math.log10(least) - 0.05);
		int to = Math.max((int) Math.ceil(Math.log10(most)), from + 1);
		int height = TOP + BAR * this.bars.size() + 34;
		StringBuilder svg = new StringBuilder();
		svg.append(String.format(Locale.ROOT,
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
						+ "font-family=\"sans-serif\" font-size=\"12\">%n",
				WIDTH, height, WIDTH, height));
		svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
		text(svg, 10, 20, "start", "font-size=\"15\" font-weight=\"bold\"", this.title);
		for (int i = 0; i < COLORS.length; i++) {
			int x = LEFT + i * 180;
			svg.append(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"30\" width=\"10\" height=\"10\" fill=\"%s\"/>%n",
					x, COLORS[i]));
			text(svg, x + 14, 39, "start", "fill=\"#555555\"", KEYS[i]);
		}
		for (int decade = from; decade <= to; decade++) {
			double x = LEFT + (double) (decade - from) / (to - from) * (WIDTH - LEFT - RIGHT);
			svg.append(String.format(Locale.ROOT,
					"<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>%n", x, TOP - 6, x,
					height - 26));
			text(svg, x, height - 10, "middle", "fill=\"#555555\"", this.unit.text(Math.pow(10, decade)));
		}
		for (int i = 0; i < this.bars.size(); i++) {
			bar(svg, this.bars.get(i), TOP + i * BAR, from, to);
		}
		return svg.append("</svg>\n").toString();
	}

	private void bar(StringBuilder svg, Bar bar, int y, int from, int to) {
		double end = x(bar.value(), from, to);
		text(svg, LEFT - 8, y + 14, "end", bar.ours() ? "font-weight=\"bold\"" : "", bar.label());
		svg.append(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
				LEFT, y + 3, Math.max(end - LEFT, 1), BAR - 7, COLORS[bar.group()]));
		double least = x(bar.least(), from, to);
		double most = x(bar.most(), from, to);
		svg.append(String.format(Locale.ROOT,
				"<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#222222\" stroke-width=\"1.5\"/>%n", least,
				y + 10, most, y + 10));
		text(svg, Math.max(end, most) + 6, y + 14, "start", "", this.unit.text(bar.value()));
	}

	private static double x(double value, int from, int to) {
		double part = (Math.log10(Math.max(value, Math.pow(10, from))) - from) / (to - from);
		return LEFT + Math.min(part, 1) * (WIDTH - LEFT - RIGHT);
	}

	private static void text(StringBuilder svg, double x, double y, String anchor, String more, String text) {
		svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n", x, y,
				anchor, more, text.replace("&", "&amp;").replace("<", "&lt;")));
	}

	private static final String[] COLORS = { "#9ecae1", "#fdd0a2", "#4c956c" };

	private static final String[] KEYS = { "D0 volatile", "D1 before the disk", "D2 on disk" };

	/**
	 * A bar.
	 *
	 * @param label whose
	 * @param group which of the durability classes
	 * @param ours whether it is this project's
	 * @param value how long
	 * @param least the smallest of the forks
	 * @param most the largest of the forks
	 */
	record Bar(String label, int group, boolean ours, double value, double least, double most) {
	}

}
