package io.pulsarlock.comparison.row;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.comparison.Options;
import io.pulsarlock.comparison.PeerSpec;

/**
 * One thing that is measured. It may fill several rows of the report.
 */
public interface Row {

	/**
	 * The rows of the report that it fills.
	 * @return their names
	 */
	List<String> ids();

	/**
	 * Measures one peer.
	 * @param bench the peer and where numbers go
	 */
	void measure(Bench bench);

	/**
	 * Whether it is measured in each fork. Not so what repeats itself, or hardly varies.
	 * @return true for what needs forks
	 */
	default boolean inEachFork() {
		return true;
	}

	/**
	 * All rows, cheap ones first; what fills the server with names comes late.
	 * @return the rows
	 */
	static List<Row> all() {
		return List.of(new Uncontended(), new SeveralNodes(), new Throughput(), new HandOff(), new ReadersWriters(),
				new Semaphore(), new Background(), new Failover(), new Annotation(), new ColdName(), new IdleNames());
	}

	/**
	 * About how long it takes for one peer.
	 * @param options the options
	 * @param peer the peer
	 * @param timeout its timeout
	 * @return seconds
	 */
	double seconds(Options options, PeerSpec peer, Duration timeout);

}
