package io.pulsarlock.comparison.peer;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;

/** The {@code FencedLock} of Hazelcast's CP subsystem, through a client. */
public final class HazelcastPeer implements Peer {

	private final HazelcastInstance client;

	public HazelcastPeer(Settings settings) {
		ClientConfig config = new ClientConfig();
		config.setProperty("hazelcast.logging.type", "none");
		config.setClusterName(HazelcastMember.CLUSTER);
		config.getNetworkConfig().addAddress(settings.address().split(","));
		this.client = HazelcastClient.newHazelcastClient(config);
	}

	@Override
	public PeerLock lock(String name) {
		return new JavaLock(this.client.getCPSubsystem().getLock(name));
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
