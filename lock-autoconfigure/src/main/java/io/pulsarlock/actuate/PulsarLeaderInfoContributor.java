package io.pulsarlock.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.Participant;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Contributes the leader of each leader group of this node. Reads memory only.
 *
 * @since 0.1.0
 */
public class PulsarLeaderInfoContributor implements InfoContributor {

	private final Leadership leadership;

	/**
	 * Create the contributor.
	 * @param leadership the leader groups of this node
	 */
	public PulsarLeaderInfoContributor(Leadership leadership) {
		this.leadership = leadership;
	}

	@Override
	public void contribute(Info.Builder builder) {
		Map<String, Object> groups = new TreeMap<>();
		for (LeaderGroup group : this.leadership.groups()) {
			groups.put(group.name(), describe(group));
		}
		builder.withDetail("pulsarLeader", groups);
	}

	private Map<String, Object> describe(LeaderGroup group) {
		Map<String, Object> description = new LinkedHashMap<>();
		description.put("isLeader", group.isLeader());
		description.put("leaderId", group.participants().stream().findFirst().map(Participant::node).orElse("Unknown"));
		group.term().ifPresent((term) -> description.put("term", Long.toString(term)));
		return description;
	}

}
