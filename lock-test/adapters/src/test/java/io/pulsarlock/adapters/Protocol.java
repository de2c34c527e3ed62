package io.pulsarlock.adapters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What applications have done, in processes that share the monotonic clock of the
 * machine.
 */
public final class Protocol {

	private static final String MARK = "DID";

	private final List<Entry> entries = new CopyOnWriteArrayList<>();

	/** Reports something; called in the process of the application. */
	public static void print(String job, String what) {
		System.out.println(MARK + ' ' + System.nanoTime() + ' ' + job + ' ' + what);
	}

	boolean add(String node, String line) {
		String[] words = line.split(" ");
		if (words.length != 4 || !words[0].equals(MARK)) {
			return false;
		}
		this.entries.add(new Entry(node, Long.parseLong(words[1]), words[2], words[3]));
		return true;
	}

	void ended(String node) {
		this.entries.add(new Entry(node, System.nanoTime(), "", "killed"));
	}

	/** What was reported of a job. */
	public List<Entry> of(String job) {
		return this.entries.stream().filter((entry) -> entry.job().equals(job)).toList();
	}

	/** The same by one node. */
	public List<Entry> of(String job, String node) {
		return of(job).stream().filter((entry) -> entry.node().equals(node)).toList();
	}

	/**
	 * Checks that no run of a job, from its begin to its end or to that of its node, has
	 * begun before the one before it was over.
	 * @return the number of runs
	 */
	public int assertOneAtATime(String job) {
		List<Entry> sorted = new ArrayList<>(this.entries.stream()
			.filter((entry) -> entry.job().equals(job) || entry.what().equals("killed"))
			.sorted(Comparator.comparingLong(Entry::at))
			.toList());
		String running = null;
		int runs = 0;
		for (Entry entry : sorted) {
			if (entry.what().equals("begin")) {
				assertThat(running).as("%s begins on %s and runs on", job, entry.node()).isNull();
				running = entry.node();
				runs++;
			}
			else if (entry.node().equals(running)) {
				running = null;
			}
		}
		return runs;
	}

	/**
	 * One report.
	 *
	 * @param node the node
	 * @param at the time, in nanoseconds
	 * @param job what it is about
	 * @param what happened
	 */
	public record Entry(String node, long at, String job, String what) {
	}

}
