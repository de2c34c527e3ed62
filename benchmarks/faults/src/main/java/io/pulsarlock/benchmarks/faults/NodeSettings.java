package io.pulsarlock.benchmarks.faults;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of a {@link FaultNode} that are not the library's.
 *
 * @param history the file to append to
 * @param locks how many locks are held for a short time
 * @param longLocks how many are held for a long time
 * @param homeLocks how many are requested continually by one node, and occasionally by
 * the others
 * @param sharedLocks whether there are a lock with readers and writers, and a semaphore
 * @param home which of these this node requests continually, or -1
 * @param held how many locks this node holds as long as no fault occurs
 * @param nodes the number of nodes
 * @param hold the longest time a short one is held
 * @param longHold the longest time a long one is held, and half of the shortest
 * @param waitFor how long to wait for a lock
 * @param register address of the register, or empty for none
 * @param proxy address of the SOCKS5 proxy between node and brokers, or empty for none
 * @param seed the seed of the random times
 * @param mode what is used as a lock
 */
@ConfigurationProperties("faults")
record NodeSettings(Path history, @DefaultValue("6") int locks, @DefaultValue("2") int longLocks,
		@DefaultValue("0") int homeLocks, @DefaultValue("false") boolean sharedLocks, @DefaultValue("-1") int home,
		@DefaultValue("0") int held, @DefaultValue("1") int nodes, @DefaultValue("200ms") Duration hold,
		@DefaultValue("30s") Duration longHold, @DefaultValue("30s") Duration waitFor,
		@DefaultValue("") String register, @DefaultValue("") String proxy, @DefaultValue("0") long seed,
		@DefaultValue("library") Mode mode) {

	/** The address in a setting, or null if it is empty. */
	static @Nullable InetSocketAddress address(String setting) {
		if (setting.isEmpty()) {
			return null;
		}
		int colon = setting.lastIndexOf(':');
		return new InetSocketAddress(setting.substring(0, colon), Integer.parseInt(setting.substring(colon + 1)));
	}

	/** What is used as a lock. */
	enum Mode {

		/** The library's locks. */
		LIBRARY,

		/** Being the active consumer of a Failover subscription: a negative control. */
		FAILOVER

	}

}
