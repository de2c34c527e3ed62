package io.pulsarlock.camel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;
import org.apache.camel.CamelContext;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterService;
import org.apache.camel.support.cluster.AbstractCamelClusterView;
import org.jspecify.annotations.Nullable;

/**
 * One namespace. Camel's listeners are called on the thread of a {@link LeaderListener},
 * so that the next leader waits for the routes of one that resigns.
 */
final class PulsarClusterView extends AbstractCamelClusterView implements LeaderListener {

	private final Leadership leadership;

	private final CamelClusterMember local;

	/** From the first start on; this node is a candidate from start to stop. */
	private volatile @Nullable LeaderGroup group;

	/** Guarded by this object, like the fields below. */
	private @Nullable Registration registration;

	private boolean started;

	private boolean leading;

	PulsarClusterView(CamelClusterService service, String namespace, Leadership leadership, String node) {
		super(service, namespace);
		this.leadership = leadership;
		this.local = new Member(node, this::isLeader, true);
	}

	private boolean isLeader() {
		LeaderGroup group = this.group;
		return group != null && group.isLeader();
	}

	/**
	 * Camel's own listeners miss a leadership that begins before their context starts, as
	 * it may if the service was started first.
	 */
	@Override
	protected void doStart() throws Exception {
		synchronized (this) {
			this.started = true;
		}
		CamelContext context = getCamelContext();
		if (context == null || context.isStarting() || context.isStarted()) {
			join();
		}
		else {
			context.addStartupListener((started, already) -> join());
		}
	}

	private synchronized void join() {
		if (!this.started) {
			return;
		}
		LeaderGroup group = this.leadership.group(getNamespace());
		this.group = group;
		if (this.registration == null) {
			this.registration = group.addListener(this);
		}
	}

	@Override
	protected synchronized void doStop() {
		this.started = false;
		LeaderGroup group = this.group;
		if (group != null) {
			group.leave();
		}
		if (!this.leading) {
			removeListener();
		}
	}

	private void removeListener() {
		Registration registration = this.registration;
		this.registration = null;
		if (registration != null) {
			registration.close();
		}
	}

	@Override
	public void onGranted(LeadershipGranted event) {
		synchronized (this) {
			if (!this.started) {
				return;
			}
			this.leading = true;
		}
		fireLeadershipChangedEvent(this.local);
	}

	@Override
	public void onRevoked(LeadershipRevoked event) {
		try {
			changed(getLeader().orElse(null));
		}
		finally {
			synchronized (this) {
				this.leading = false;
				if (!this.started) {
					removeListener();
				}
			}
		}
	}

	@SuppressWarnings("NullAway")
	private void changed(@Nullable CamelClusterMember leader) {
		fireLeadershipChangedEvent(leader);
	}

	@Override
	public CamelClusterMember getLocalMember() {
		return this.local;
	}

	@Override
	public Optional<CamelClusterMember> getLeader() {
		return isLeader() ? Optional.of(this.local)
				: getMembers().stream().filter(CamelClusterMember::isLeader).findFirst();
	}

	@Override
	public List<CamelClusterMember> getMembers() {
		LeaderGroup group = this.group;
		List<CamelClusterMember> members = new ArrayList<>();
		if (group != null) {
			for (Participant participant : group.participants()) {
				boolean first = members.isEmpty();
				boolean own = participant.node().equals(this.local.getId());
				members.add(own ? this.local : new Member(participant.node(), () -> first, false));
			}
		}
		return members;
	}

	/**
	 * A node.
	 *
	 * @param id its name
	 * @param leader whether it leads
	 * @param local whether it is this one
	 */
	private record Member(String id, BooleanSupplier leader, boolean local) implements CamelClusterMember {

		@Override
		public String getId() {
			return this.id;
		}

		@Override
		public boolean isLeader() {
			return this.leader.getAsBoolean();
		}

		@Override
		public boolean isLocal() {
			return this.local;
		}

	}

}
