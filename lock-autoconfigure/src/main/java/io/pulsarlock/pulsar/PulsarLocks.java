package io.pulsarlock.pulsar;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockNode;
import io.pulsarlock.session.SessionLockNode;
import io.pulsarlock.session.SessionSettings;
import org.apache.pulsar.client.api.ClientBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SizeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes a node without Spring. Everything but the service url and the cluster's name has
 * a default: <pre class="code">
 * try (LockNode locks = PulsarLocks.at("pulsar://localhost:6650").cluster("shop").connect()) {
 *     locks.awaitJoined(Duration.ofSeconds(10));
 *     ...
 * }
 * </pre>
 *
 * @since 0.1.0
 */
public final class PulsarLocks {

	private final String serviceUrl;

	private @Nullable TopicSettings topics;

	private SessionSettings session = SessionSettings.of(defaultNode());

	private RecordKeys keys = RecordKeys.none();

	private RecordEncryption encryption = RecordEncryption.none();

	private boolean hints;

	private @Nullable Consumer<ClientBuilder> customizer;

	private PulsarLocks(String serviceUrl) {
		this.serviceUrl = serviceUrl;
	}

	/**
	 * Starts with a cluster's address.
	 * @param serviceUrl as for any Pulsar client
	 * @return a builder
	 */
	public static PulsarLocks at(String serviceUrl) {
		return new PulsarLocks(serviceUrl);
	}

	/**
	 * The lock cluster's name. There is no default: two programs that do not know of each
	 * other would share it.
	 * @param name nodes with the same name share locks and leaders
	 * @return this
	 */
	public PulsarLocks cluster(String name) {
		TopicSettings topics = this.topics;
		this.topics = (topics != null) ? topics.withCluster(name) : TopicSettings.of(name);
		return this;
	}

	/**
	 * Where the lock topics are.
	 * @param topics the topics; replaces what {@link #cluster} has said
	 * @return this
	 */
	public PulsarLocks topics(TopicSettings topics) {
		this.topics = topics;
		return this;
	}

	/**
	 * This node's name.
	 * @param node for people, shown to the other nodes; default host and process id
	 * @return this
	 */
	public PulsarLocks node(String node) {
		this.session = this.session.withNode(node);
		return this;
	}

	/**
	 * The times.
	 * @param lease see {@link SessionSettings#lease()}; default 10 s
	 * @param reconnectGrace see {@link SessionSettings#reconnectGrace()}; default 4 s
	 * @return this
	 */
	public PulsarLocks times(Duration lease, Duration reconnectGrace) {
		this.session = this.session.withTimes(lease, reconnectGrace);
		return this;
	}

	/**
	 * Locks that stay with this node after their release.
	 * @param idle how long, unless another node asks; default 1 s, zero turns it off
	 * @param locks how many at most; default 1000
	 * @return this
	 */
	public PulsarLocks cache(Duration idle, int locks) {
		this.session = this.session.withAffinity(idle, locks);
		return this;
	}

	/**
	 * The number of shards.
	 * @param shards the same on all nodes; default 4
	 * @return this
	 */
	public PulsarLocks shards(int shards) {
		this.session = this.session.withShards(shards);
		return this;
	}

	/**
	 * What all fencing tokens are larger than, for a lock cluster that has moved to
	 * another Pulsar cluster: tokens come from the numbers of ledgers, which begin anew
	 * there, and a resource refuses every token that is smaller than one it has seen.
	 * @param floor the same on all nodes, and never smaller than before; default 0. The
	 * old cluster's is {@link io.pulsarlock.LockStatistics#highestToken()}
	 * @return this
	 * @throws IllegalArgumentException if it is negative or larger than half of all
	 * numbers
	 * @since 0.2.0
	 */
	public PulsarLocks tokenFloor(long floor) {
		this.session = this.session.withTokenFloor(floor);
		return this;
	}

	/**
	 * Keys with which the nodes of the cluster sign and verify records, so that records
	 * of a client without a key do not count. Two nodes without a key in common refuse
	 * each other, and so does one with a key and one without.
	 * @param keys see {@link RecordKeys#of}; none by default
	 * @return this
	 * @throws LockConfigurationException if one of them is not a key
	 * @since 0.2.0
	 */
	public PulsarLocks recordKeys(List<String> keys) {
		try {
			this.keys = RecordKeys.of(keys);
		}
		catch (IllegalArgumentException ex) {
			throw new LockConfigurationException("recordKeys(..) was called with an invalid key: " + ex.getMessage(),
					ex);
		}
		return this;
	}

	/**
	 * Has the client encrypt records, for namespaces that require it.
	 * @param keys the keys; none by default. All nodes need keys that read the records of
	 * all others
	 * @return this
	 * @since 0.2.0
	 */
	public PulsarLocks encryption(RecordEncryption keys) {
		this.encryption = keys;
		return this;
	}

	/**
	 * Has the nodes tell each other of releases and requests directly, beside the
	 * journal, so that a lock moves sooner from node to node. Needs a topic that stores
	 * nothing, {@link TopicSettings#hintTopic()}; where it cannot be used, and for nodes
	 * without hints, everything is as without them. Of no effect where records are
	 * encrypted, because hints are not.
	 * @param hints default false
	 * @return this
	 * @since 0.2.0
	 */
	public PulsarLocks hints(boolean hints) {
		this.hints = hints;
		return this;
	}

	/**
	 * Further settings of the client, authentication for example.
	 * @param customizer called before the settings that locks need are made, for each
	 * client: usually there is one, and one more for a shard whose opening has got stuck
	 * @return this
	 */
	public PulsarLocks client(Consumer<ClientBuilder> customizer) {
		this.customizer = customizer;
		return this;
	}

	/**
	 * Makes the node, which joins in the background: this call does not wait for Pulsar
	 * and does not fail when it cannot be reached.
	 * @return the node; closing it closes the client
	 * @throws LockConfigurationException if the client's settings are wrong, or neither
	 * {@link #cluster} nor {@link #topics} was called
	 */
	public LockNode connect() {
		TopicSettings topics = this.topics;
		if (topics == null) {
			throw new LockConfigurationException("The lock cluster has no name, and any other program without one "
					+ "would share its locks and leaders. Call cluster(..) with a name that all of its nodes and "
					+ "no other program use");
		}
		return new SessionLockNode(this.session,
				new PulsarConnector(this::client, topics, this.session.node(), this.keys, this.encryption, this.hints));
	}

	private PulsarClient client() {
		ClientBuilder builder = PulsarClient.builder().serviceUrl(this.serviceUrl);
		if (this.customizer != null) {
			this.customizer.accept(builder);
		}
		try {
			return tune(builder).build();
		}
		catch (PulsarClientException | IllegalArgumentException ex) {
			throw new LockConfigurationException("The Pulsar client for locks cannot be created: " + ex.getMessage(),
					ex);
		}
	}

	/**
	 * Makes the settings that locks need on a client of their own: one connection to each
	 * broker, so that reader and writer share it; a look at a silent connection every 3
	 * s; requests that outlast the broker's own liveness check of 5 s; no more than 5 s
	 * until a topic that no broker serves is told as such, so that a start can say so;
	 * and reconnects that are quick compared with the reconnect grace, to a broker that
	 * was gone a moment ago too.
	 * @param builder the builder
	 * @return the same builder
	 */
	public static ClientBuilder tune(ClientBuilder builder) {
		return withoutStatistics(builder).connectionsPerBroker(1)
			.keepAliveInterval(2, TimeUnit.SECONDS)
			.operationTimeout(10, TimeUnit.SECONDS)
			.lookupTimeout(5, TimeUnit.SECONDS)
			.connectionTimeout(3, TimeUnit.SECONDS)
			.startingBackoffInterval(5, TimeUnit.MILLISECONDS)
			.maxBackoffInterval(1, TimeUnit.SECONDS)
			.serviceUrlQuarantineInitDuration(0, TimeUnit.MILLISECONDS)
			.ioThreads(1)
			.listenerThreads(1)
			.memoryLimit(64, SizeUnit.MEGA_BYTES);
	}

	/**
	 * What a node is called that was given no name.
	 * @return host and process id
	 */
	public static String defaultNode() {
		String host;
		try {
			host = InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			host = "node";
		}
		return host + "-" + ProcessHandle.current().pid();
	}

	/**
	 * They cost memory for each consumer. The setter is deprecated, but they are not
	 * gone.
	 */
	@SuppressWarnings("deprecation")
	private static ClientBuilder withoutStatistics(ClientBuilder builder) {
		return builder.statsInterval(0, TimeUnit.SECONDS);
	}

}
