package io.pulsarlock.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockReleased;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What gets into the timeline, and what stays there.
 */
class ClusterWatchTests {

	private final AtomicLong nanos = new AtomicLong();

	private final FakeMonitor monitor = new FakeMonitor();

	private final ClusterWatch watch = new ClusterWatch(this.monitor, new Timeline(this.nanos::get));

	@Test
	void firstLookTellsNothing() {
		this.monitor.view = new View().lock("a", "n1").session("n1");
		look();
		assertThat(types()).isEmpty();
	}

	@Test
	void lockThatGoesToAnotherNodeIsAHandOver() {
		this.monitor.view = new View().lock("a", "n1").lock("b", "n1");
		look();
		this.monitor.view = new View().lock("a", "n2").lock("b", "n1").lock("c", "n3");
		look();
		assertThat(entries()).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("type", "MOVED")
				.containsEntry("name", "a")
				.containsEntry("from", "n1")
				.containsEntry("node", "n2")
				.containsEntry("routine", true));
	}

	@Test
	void newLeaderIsTold() {
		this.monitor.view = new View().group("digest", "n1");
		look();
		this.monitor.view = new View().group("digest", "n2");
		look();
		assertThat(entries()).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("type", "LEADER").containsEntry("routine", false));
	}

	@Test
	void nodesThatComeAndGoAreTold() {
		this.monitor.view = new View().session("n1").session("n2", "s2");
		look();
		this.monitor.view = new View().session("n1").session("n2", "s2b").session("n3");
		look();
		this.monitor.view = new View().session("n1").session("n3");
		look();
		assertThat(types()).containsExactlyInAnyOrder("REJOINED", "JOINED", "LEFT").last().isEqualTo("LEFT");
	}

	@Test
	void lossOfTouchIsToldOnce() {
		this.monitor.view = null;
		look();
		assertThat(types()).as("before it has joined").isEmpty();
		this.monitor.view = new View().session("n1");
		look();
		this.monitor.view = null;
		look();
		look();
		this.monitor.view = new View().session("n1");
		look();
		assertThat(types()).containsExactly("OUT_OF_TOUCH", "IN_TOUCH");
	}

	@Test
	void ownLossIsHeardAndWhatIsUsualIsNot() {
		this.watch.onEvent(new LockAcquired("a", 1, Duration.ZERO));
		this.watch.onEvent(new LockReleased("a", 1, Duration.ZERO));
		this.watch.onEvent(new LockLost("a", Long.MAX_VALUE, LockLoss.Reason.NO_ANSWER, Duration.ofSeconds(3)));
		this.watch.onEvent(new LeadershipGranted("digest", 2, Duration.ZERO));
		assertThat(types()).containsExactly("LOST", "LEADS");
		assertThat(entries().get(0)).containsEntry("token", "9223372036854775807")
			.containsEntry("reason", "NO_ANSWER")
			.containsEntry("heldMillis", 3000L)
			.containsEntry("node", "n1");
	}

	@Test
	void lossIsNotForgottenForManyHandOvers() {
		this.watch.onEvent(new LockLost("precious", 1, LockLoss.Reason.NO_ANSWER, Duration.ZERO));
		for (int i = 0; i < 100; i++) {
			View view = new View();
			for (int lock = 0; lock < 1000; lock++) {
				view.lock("hot-" + lock, "n" + i % 2);
			}
			this.monitor.view = view;
			look();
		}
		List<Map<String, Object>> entries = entries();
		assertThat(entries).hasSize(Timeline.CAPACITY + 1);
		assertThat(entries.get(0)).containsEntry("name", "precious");
		assertThat(entries).filteredOn((entry) -> entry.get("type").equals("MORE_MOVED"))
			.isNotEmpty()
			.allSatisfy((entry) -> assertThat(entry).containsEntry("count", 980));
	}

	@Test
	void entriesSayHowLongAgoTheyWere() {
		this.watch.onEvent(new LeadershipGranted("digest", 2, Duration.ZERO));
		this.nanos.addAndGet(Duration.ofMinutes(2).toNanos());
		assertThat(entries().get(0)).containsEntry("agoMillis", 120_000L);
	}

	@Test
	void manyPagesAskTheNodeOnce() {
		this.monitor.view = new View();
		for (int i = 0; i < 100; i++) {
			this.watch.view();
		}
		assertThat(this.monitor.asked).isLessThan(10);
	}

	@Test
	void endsWithTheContext() {
		this.watch.start();
		assertThat(this.watch.isRunning()).isTrue();
		this.watch.stop();
		assertThat(this.watch.isRunning()).isFalse();
	}

	private void look() {
		this.watch.forget();
		this.watch.look();
	}

	@SuppressWarnings("unchecked")
	private List<Map<String, Object>> entries() {
		return (List<Map<String, Object>>) this.watch.timeline().after("", 0).get("entries");
	}

	private List<Object> types() {
		return entries().stream().map((entry) -> entry.get("type")).toList();
	}

	private static final class FakeMonitor implements LockMonitor {

		@Nullable ClusterView view;

		int asked;

		@Override
		public String node() {
			return "n1";
		}

		@Override
		public ClusterView view() {
			this.asked++;
			if (this.view == null) {
				throw new LockUnavailableException("Out of touch");
			}
			return this.view;
		}

		@Override
		public LockStatistics statistics() {
			return LockStatistics.builder().confirmed(this.view != null).build();
		}

	}

	private static final class View implements ClusterView {

		private final Map<String, LockView> locks = new LinkedHashMap<>();

		private final Map<String, LockView> groups = new LinkedHashMap<>();

		private final List<SessionView> sessions = new ArrayList<>();

		View lock(String name, String holder) {
			this.locks.put(name, new Line(name, new Place(holder, "session of " + holder, 7)));
			return this;
		}

		View group(String name, String leader) {
			this.groups.put(name, new Line(name, new Place(leader, "session of " + leader, 7)));
			return this;
		}

		View session(String node) {
			return session(node, "session of " + node);
		}

		View session(String node, String id) {
			this.sessions.add(new Session(id, node, 0, Duration.ZERO, node.equals("n1")));
			return this;
		}

		@Override
		public List<LockView> locks() {
			return List.copyOf(this.locks.values());
		}

		@Override
		public List<LockView> groups() {
			return List.copyOf(this.groups.values());
		}

		@Override
		public List<SessionView> sessions() {
			return this.sessions;
		}

	}

	private record Place(String node, String session, long token) implements Participant {
	}

	private record Session(String id, String node, int shard, Duration silence,
			boolean own) implements ClusterView.SessionView {
	}

	private record Line(String name, Participant holder) implements ClusterView.LockView {

		@Override
		public Duration heldFor() {
			return Duration.ZERO;
		}

		@Override
		public List<Participant> waiters() {
			return List.of();
		}

	}

}
