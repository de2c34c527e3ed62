package io.pulsarlock.comparison.report;

import java.util.List;

/**
 * What the report says of a row.
 *
 * @param id the row
 * @param title its title
 * @param text what is measured
 * @param columns the columns of its tables, the first of which is drawn and sorted by
 * @param more whether more is better
 */
record RowText(String id, String title, String text, List<Column> columns, boolean more) {

	/**
	 * A column.
	 *
	 * @param metric which number
	 * @param title its heading
	 * @param unit how it is written
	 */
	record Column(String metric, String title, Unit unit) {
	}

	/** Which of the variants stands for the row: the hardest one, where they grow. */
	boolean drawsLast() {
		return switch (this.id) {
			case "P1n", "P2", "P3", "P4", "P6", "P8", "P10", "P11" -> true;
			default -> false;
		};
	}

	private static Column time(String metric) {
		return new Column(metric, metric, Unit.TIME);
	}

	private static final List<Column> LATENCY = List.of(time("p50"), time("p99"), time("p99.9"),
			new Column("count", "samples", Unit.NUMBER));

	static List<RowText> all() {
		return List.of(new RowText("P1", "Uncontended", """
				One thread takes and releases one name, again and again. Peers that keep a lock after its release are
				in P1c instead: their first acquire is P7.""", LATENCY, false),
				new RowText("P1c", "Re-entry after release", """
						The same loop, with the peers that keep an uncontended lock.""", LATENCY, false),
				new RowText("P1n", "Several nodes", """
						Clients in JVMs of their own, each of which takes names that only it uses, fifty times a second
						at random moments, and gives them back at once: the time of an acquire.""",
						List.of(time("p50"), time("p90"), time("p99"), new Column("count", "samples", Unit.NUMBER),
								new Column("clientCpu", "ms/s of each client", Unit.NUMBER)),
						false),
				new RowText("P2", "Throughput", """
						Threads of one client, each in a closed loop: take a random one of the names, give it back.
						Latencies are those of a saturated system.""",
						List.of(new Column("rate", "acquires per second", Unit.NUMBER), time("p50"), time("p99"),
								new Column("busy", "timed out", Unit.NUMBER)),
						true),
				new RowText("P3", "Hand-off", """
						Clients in JVMs of their own that all want one lock and hold it for 2 ms. The gap from one
						client's call of release to the return of the next client's acquire. A client that got the lock
						twice in succession is not counted there, but under *same again*. *Overlaps* counts holders who
						got the lock before the one before them had called release: must be 0 without faults.""",
						List.of(time("p50"), time("p99"), new Column("count", "hand-offs", Unit.NUMBER),
								new Column("again", "same again", Unit.PERCENT),
								new Column("overlaps", "overlaps", Unit.NUMBER)),
						false),
				new RowText("P4", "Fairness", """
						Of the same run. Jain's index of the numbers of acquires of the clients (1: all equal), how long
						they waited, and how many later requests passed one request at most (requests within 1 ms count
						as equal).""",
						List.of(new Column("jain", "Jain", Unit.NUMBER), new Column("ratio", "p99 / p50", Unit.NUMBER),
								time("p50"), time("p99"), new Column("overtakes", "overtakes", Unit.NUMBER),
								new Column("busy", "timed out", Unit.NUMBER)),
						true),
				new RowText("P5", "Failover",
						"""
								A client holds, another waits, and the first is killed, ended or stopped at a random moment. The
								time until the other has the lock; with the timeout that was configured. *Without*: rounds in
								which no client got it within one and a half timeouts and 15 s; after two of them the rest was left
								out. A `SIGTERM` runs what the application's own shutdown would: release and close.""",
						List.of(time("p50"), time("least"), time("most"), new Column("timeout", "timeout", Unit.TIME),
								new Column("rounds", "rounds", Unit.NUMBER),
								new Column("without", "without", Unit.NUMBER)),
						false),
				new RowText("P6", "Idle names", """
						Each name used once, and idle since. Per name: memory of the server's processes, its disk, the
						client's heap after a collection, and objects (keys, nodes, rows, topics). Memory of a server
						that collects garbage says little below some hundred bytes, and the disk of one that allocates
						files in advance little for few names.""",
						List.of(new Column("memory", "server memory", Unit.BYTES),
								new Column("disk", "server disk", Unit.BYTES),
								new Column("heap", "client heap", Unit.BYTES),
								new Column("objects", "objects", Unit.NUMBER),
								new Column("count", "names", Unit.NUMBER)),
						false),
				new RowText("P7", "Cold name", """
						A name that was never used before, each time.""", LATENCY, false),
				new RowText("P8", "Background cost", """
						A client that holds locks and does nothing. Processor time per second, and bytes per second in
						both directions on its connections.""",
						List.of(new Column("bytes", "bytes/s", Unit.BYTES),
								new Column("clientCpu", "client ms/s", Unit.NUMBER),
								new Column("serverCpu", "server ms/s", Unit.NUMBER)),
						false),
				new RowText("P9", "Annotations", """
						Per call of a Spring bean, by JMH: a plain and a `synchronized` method, `@DistributedLock` by a
						thread that has the lock, `@LeaderOnly` on a node that does not lead, and ShedLock's interceptor
						on its in-memory provider.""", List.of(time("score"), time("error")), false),
				new RowText("P10", "Readers and writers", """
						Clients in JVMs of their own that all want one read-write lock and hold it for 2 ms, nine times
						of ten as readers. The time from the call of acquire to its return. *Overlaps* counts writers
						beside anybody, from the return of acquire to the call of release: must be 0 without faults.""",
						List.of(new Column("rate", "acquires per second", Unit.NUMBER),
								new Column("read.p50", "readers, p50", Unit.TIME),
								new Column("read.p99", "readers, p99", Unit.TIME),
								new Column("write.p50", "writers, p50", Unit.TIME),
								new Column("write.p99", "writers, p99", Unit.TIME),
								new Column("write.count", "writers", Unit.NUMBER),
								new Column("overlaps", "overlaps", Unit.NUMBER),
								new Column("busy", "timed out", Unit.NUMBER)),
						true),
				new RowText("P11", "Semaphore", """
						Clients in JVMs of their own that all want one of three permits and hold it for 2 ms. *Most at
						once*: must be at most 3 without faults. Redisson's is the semaphore whose permits expire, with
						the timeout as lease: those of its other one are lost for ever with their holder.""",
						List.of(new Column("rate", "acquires per second", Unit.NUMBER), time("p50"), time("p99"),
								new Column("most", "most at once", Unit.NUMBER),
								new Column("busy", "timed out", Unit.NUMBER)),
						true));
	}

}
