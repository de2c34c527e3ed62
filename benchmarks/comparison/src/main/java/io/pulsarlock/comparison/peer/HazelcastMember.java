package io.pulsarlock.comparison.peer;

import java.util.List;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;

/**
 * A member of Hazelcast's cluster: its port, the addresses of all, and the time to live
 * of a session in seconds. Not a peer, but here because it needs Hazelcast's class path.
 */
public final class HazelcastMember {

	static final String CLUSTER = "comparison";

	private static final int MEMBERS = 3;

	private HazelcastMember() {
	}

	public static void main(String[] args) throws InterruptedException {
		Config config = new Config();
		config.setClusterName(CLUSTER);
		config.setProperty("hazelcast.phone.home.enabled", "false");
		config.setProperty("hazelcast.shutdownhook.enabled", "false");
		config.getNetworkConfig().setPort(Integer.parseInt(args[0])).setPortAutoIncrement(false);
		config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
		JoinConfig join = config.getNetworkConfig().getJoin();
		join.getAutoDetectionConfig().setEnabled(false);
		join.getMulticastConfig().setEnabled(false);
		join.getTcpIpConfig().setEnabled(true).setMembers(List.of(args[1].split(",")));
		int timeToLive = Integer.parseInt(args[2]);
		config.getCPSubsystemConfig()
			.setCPMemberCount(MEMBERS)
			.setSessionTimeToLiveSeconds(timeToLive)
			.setSessionHeartbeatIntervalSeconds(Math.min(5, Math.max(timeToLive / 3, 1)))
			.setMissingCPMemberAutoRemovalSeconds(Math.max(timeToLive, 60));
		Hazelcast.newHazelcastInstance(config);
		System.out.println("ready");
		Thread.currentThread().join();
	}

}
