package io.pulsarlock.annotation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import org.jspecify.annotations.Nullable;

/**
 * The groups of guarded methods. This node becomes a candidate with the first call at the
 * latest; later calls do not make it a candidate of a group that it has left.
 */
final class LeaderGroups {

	private final Supplier<Leadership> leadership;

	private final Map<String, LeaderGroup> known = new ConcurrentHashMap<>();

	LeaderGroups(Supplier<Leadership> leadership) {
		this.leadership = leadership;
	}

	/** The group of that name; null only if the application's own leadership has none. */
	@Nullable LeaderGroup get(String name) {
		LeaderGroup group = this.known.get(name);
		return (group != null) ? group : join(name);
	}

	/** Makes this node a candidate, again if it has left the group. */
	@Nullable LeaderGroup join(String name) {
		LeaderGroup group = this.leadership.get().group(name);
		if (group != null) {
			this.known.put(name, group);
		}
		return group;
	}

}
