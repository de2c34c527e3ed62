package io.pulsarlock.camel;

import java.util.Objects;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockNode;
import org.apache.camel.cluster.CamelClusterView;
import org.apache.camel.support.cluster.AbstractCamelClusterService;

/**
 * A cluster service of Camel in which a namespace is a {@link LeaderGroup} of the same
 * name, for {@code master:} endpoints and {@code ClusteredRoutePolicy}. Routes start when
 * this node leads. When it does not lead any more they stop, as soon as this node knows;
 * a leader that resigns or stops leaves its routes up to the reconnect grace for that,
 * before the next one leads.
 * <p>
 * A node is a candidate as long as routes use the namespace, also for {@code @LeaderOnly}
 * methods of the same group.
 *
 * @since 0.2.0
 */
public final class PulsarClusterService extends AbstractCamelClusterService<CamelClusterView> {

	private final Leadership leadership;

	private final String node;

	/**
	 * Create a service.
	 * @param node has the groups; is not closed by this service
	 */
	public PulsarClusterService(LockNode node) {
		this(node.leadership(), node.node());
	}

	/**
	 * Create a service.
	 * @param leadership has the groups
	 * @param node the name of this node, by which the local member is known
	 */
	public PulsarClusterService(Leadership leadership, String node) {
		super("pulsar-lock");
		this.leadership = Objects.requireNonNull(leadership, "leadership");
		this.node = Objects.requireNonNull(node, "node");
	}

	@Override
	protected CamelClusterView createView(String namespace) {
		return new PulsarClusterView(this, namespace, this.leadership, this.node);
	}

}
