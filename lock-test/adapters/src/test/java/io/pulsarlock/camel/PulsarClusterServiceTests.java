package io.pulsarlock.camel;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterView;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.cluster.ClusteredRoutePolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Runs routes of Camel on two nodes, each in a Camel context of its own.
 */
class PulsarClusterServiceTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 1);

	private final String namespace = "routes-" + UUID.randomUUID();

	/** Which node has run a route. */
	private final List<String> runs = new CopyOnWriteArrayList<>();

	private final Node first = new Node("first");

	private final Node second = new Node("second");

	@AfterEach
	void stop() {
		this.first.context.stop();
		this.second.context.stop();
	}

	@Test
	void masterRouteRunsOnOneNodeAndOnTheOtherWhenThatOneStops() throws Exception {
		this.first.addMaster();
		this.second.addMaster();
		runsMoveAlong();
	}

	@Test
	void routesOfAPolicyRunOnOneNodeAndOnTheOtherWhenThatOneStops() throws Exception {
		this.first.addRouteWithPolicy();
		this.second.addRouteWithPolicy();
		runsMoveAlong();
	}

	@Test
	void routesOfAPolicyRunIfTheServiceWasStartedFirst() throws Exception {
		this.first.service.start();
		this.first.addRouteWithPolicy();
		this.first.context.start();
		await().atMost(LIMIT).untilAsserted(() -> assertThat(this.runs).hasSizeGreaterThan(2));
	}

	private void runsMoveAlong() throws Exception {
		this.first.context.start();
		await().atMost(LIMIT).untilAsserted(() -> assertThat(this.runs).hasSizeGreaterThan(2));
		this.second.context.start();
		await().atMost(LIMIT).until(() -> this.second.group().participants().size() == 2);
		assertThat(this.runs).containsOnly("first");
		// It resigns, and the other takes over.
		this.first.group().resign();
		await().atMost(LIMIT).until(() -> this.runs.contains("second"));
		assertRunsOn("second");
		// It is lost.
		this.cluster.loseLeadership(this.namespace);
		await().atMost(LIMIT).until(() -> this.first.group().isLeader());
		assertRunsOn("first");
		this.first.context.stop();
		assertRunsOn("second");
	}

	/** Runs there after a while, and nowhere else. */
	private void assertRunsOn(String node) {
		await().atMost(LIMIT).until(() -> !this.runs.isEmpty() && this.runs.get(this.runs.size() - 1).equals(node));
		int begin = this.runs.size();
		await().atMost(LIMIT).until(() -> this.runs.size() > begin + 5);
		assertThat(this.runs.subList(begin, begin + 5)).containsOnly(node);
	}

	@Test
	void viewShowsTheLine() throws Exception {
		this.first.context.start();
		this.second.context.start();
		CamelClusterView view = this.first.service.getView(this.namespace);
		await().atMost(LIMIT).until(() -> view.getLocalMember().isLeader());
		CamelClusterView other = this.second.service.getView(this.namespace);
		await().atMost(LIMIT).until(() -> view.getMembers().size() == 2 && other.getMembers().size() == 2);
		assertThat(view.getLocalMember().getId()).isEqualTo("first");
		assertThat(view.getLocalMember().isLocal()).isTrue();
		assertThat(view.getMembers()).extracting(CamelClusterMember::getId).containsExactly("first", "second");
		assertThat(view.getMembers()).extracting(CamelClusterMember::isLocal).containsExactly(true, false);
		assertThat(other.getMembers()).extracting(CamelClusterMember::isLeader).containsExactly(true, false);
		assertThat(other.getLeader()).hasValueSatisfying((leader) -> assertThat(leader.getId()).isEqualTo("first"));
		assertThat(this.first.service.isLeader(this.namespace)).isTrue();
		assertThat(this.second.service.isLeader(this.namespace)).isFalse();
		assertThat(this.second.service.isLeader("unknown")).isFalse();
	}

	@Test
	void viewThatIsStoppedTellsItsListenersAndStartsAgain() throws Exception {
		this.first.context.start();
		CamelClusterView view = this.first.service.getView(this.namespace);
		List<Boolean> leading = new CopyOnWriteArrayList<>();
		view.addEventListener((org.apache.camel.cluster.CamelClusterEventListener.Leadership) (changed,
				leader) -> leading.add(changed.getLocalMember().isLeader()));
		await().atMost(LIMIT).until(() -> leading.contains(true));
		int told = leading.size();
		this.first.service.stopView(this.namespace);
		await().atMost(LIMIT).until(() -> leading.size() > told);
		assertThat(leading.get(told)).isFalse();
		assertThat(this.first.node.leadership().groups()).isEmpty();
		this.first.service.startView(this.namespace);
		await().atMost(LIMIT).until(() -> leading.size() > told + 1);
		assertThat(leading.get(told + 1)).isTrue();
		this.first.service.releaseView(view);
		await().atMost(LIMIT).until(() -> this.first.node.leadership().groups().isEmpty());
	}

	@Test
	void nodeIsNoCandidateBeforeItsRoutesCanRun() throws Exception {
		CamelClusterView view = this.first.service.getView(this.namespace);
		this.first.service.start();
		assertThat(this.first.node.leadership().groups()).isEmpty();
		assertThat(view.getLocalMember().isLeader()).isFalse();
		assertThat(view.getLeader()).isEmpty();
		this.first.context.start();
		await().atMost(LIMIT).until(() -> view.getLocalMember().isLeader());
	}

	private final class Node {

		private final InMemoryNode node;

		private final CamelContext context;

		private final PulsarClusterService service;

		Node(String name) {
			this.node = PulsarClusterServiceTests.this.cluster.node(name);
			try {
				this.context = context(this.node);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
			this.service = this.context.hasService(PulsarClusterService.class);
		}

		CamelContext context(LockNode node) throws Exception {
			CamelContext context = new DefaultCamelContext();
			context.addService(new PulsarClusterService(node));
			return context;
		}

		LeaderGroup group() {
			return this.node.leadership().group(PulsarClusterServiceTests.this.namespace);
		}

		void addMaster() throws Exception {
			add("master:" + PulsarClusterServiceTests.this.namespace + ":timer:tick?period=50", null);
		}

		void addRouteWithPolicy() throws Exception {
			add("timer:tick?period=50",
					ClusteredRoutePolicy.forNamespace(this.service, PulsarClusterServiceTests.this.namespace));
		}

		private void add(String from, ClusteredRoutePolicy policy) throws Exception {
			this.context.addRoutes(new RouteBuilder() {

				@Override
				public void configure() {
					var route = from(from);
					if (policy != null) {
						route.routePolicy(policy);
					}
					route.process((exchange) -> PulsarClusterServiceTests.this.runs.add(Node.this.node.node()));
				}

			});
		}

	}

}
