package io.pulsarlock.autoconfigure;

import java.util.Collection;
import java.util.List;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the node of a registry or, if the application's own registry is not a
 * {@link LockNode}, parts that report this when they are used.
 */
final class WithoutNode {

	private WithoutNode() {
	}

	/** The registry as a node; null if it is not one. */
	static @Nullable LockNode node(LockRegistry registry) {
		// A mock of a node has no parts.
		return (registry instanceof LockNode node && node.leadership() != null && node.monitor() != null
				&& node.administration() != null) ? node : null;
	}

	static Leadership leadership(LockRegistry registry) {
		LockNode node = node(registry);
		return (node != null) ? node.leadership() : new NoLeadership(registry);
	}

	static LockAdministration administration(LockRegistry registry) {
		LockNode node = node(registry);
		return (node != null) ? node.administration() : new NoAdministration(registry);
	}

	static LockMonitor monitor(LockRegistry registry) {
		LockNode node = node(registry);
		return (node != null) ? node.monitor() : new NoMonitor(registry);
	}

	static String explain(LockRegistry registry) {
		return "The lock registry of type '" + registry.getClass().getName() + "' is not a LockNode";
	}

	private static LockUnavailableException unavailable(LockRegistry registry, String what, Class<?> type) {
		return new LockUnavailableException(
				explain(registry) + ", so it has no " + what + ". Declare a bean of type " + type.getSimpleName());
	}

	/** Has no groups. */
	record NoLeadership(LockRegistry registry) implements Leadership {

		@Override
		public LeaderGroup group(String name) {
			throw unavailable(this.registry, "leader group '" + PrintedNames.text(name) + "'", Leadership.class);
		}

		@Override
		public Collection<LeaderGroup> groups() {
			return List.of();
		}

		@Override
		public Registration addListener(LeaderListener listener) {
			return () -> {
			};
		}

	}

	/** Does nothing. */
	record NoAdministration(LockRegistry registry) implements LockAdministration {

		@Override
		public boolean releaseLock(String name) {
			throw unavailable(this.registry, "administration", LockAdministration.class);
		}

		@Override
		public boolean forgetFireTime(String group, String job) {
			throw unavailable(this.registry, "administration", LockAdministration.class);
		}

		@Override
		public boolean resign(String group) {
			throw unavailable(this.registry, "administration", LockAdministration.class);
		}

		@Override
		public boolean endRest(String name) {
			throw unavailable(this.registry, "administration", LockAdministration.class);
		}

		@Override
		public void skipRecord(int shard, long ledgerId, long entryId) {
			throw unavailable(this.registry, "administration", LockAdministration.class);
		}

		@Override
		public boolean expelSession(String id) {
			throw unavailable(this.registry, "administration", LockAdministration.class);
		}

	}

	/** Knows nothing. */
	record NoMonitor(LockRegistry registry) implements LockMonitor {

		String reason() {
			return explain(this.registry) + ", so its locks are unknown";
		}

		@Override
		public String node() {
			return "unknown";
		}

		@Override
		public ClusterView view() {
			throw unavailable(this.registry, "view of the cluster", LockMonitor.class);
		}

		@Override
		public LockStatistics statistics() {
			return LockStatistics.none();
		}

	}

}
