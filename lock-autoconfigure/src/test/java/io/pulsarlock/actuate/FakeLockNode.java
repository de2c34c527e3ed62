package io.pulsarlock.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.ClusterView;
import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.ClusterView.SessionView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;

/**
 * A node that reports what a test sets.
 */
public final class FakeLockNode implements LockNode {

	public final List<LockListener> listeners = new ArrayList<>();

	public final List<LeaderListener> leaderListeners = new ArrayList<>();

	public final Map<String, FakeGroup> groups = new LinkedHashMap<>();

	public LockStatistics statistics = LockStatistics.builder()
		.confirmed(true)
		.sessions(2)
		.held(1)
		.waiting(3)
		.silence(Duration.ofMillis(120))
		.requests(10)
		.releases(9)
		.skipped(4)
		.build();

	public boolean inTouch = true;

	private final Leadership leadership = new Leadership() {

		@Override
		public LeaderGroup group(String name) {
			return FakeLockNode.this.group(name);
		}

		@Override
		public Collection<LeaderGroup> groups() {
			return List.copyOf(FakeLockNode.this.groups.values());
		}

		@Override
		public Registration addListener(LeaderListener listener) {
			FakeLockNode.this.leaderListeners.add(listener);
			return () -> FakeLockNode.this.leaderListeners.remove(listener);
		}

	};

	/** Groups whose leaders were to resign. */
	final List<String> resigned = new ArrayList<>();

	ClusterView view() {
		if (!this.inTouch) {
			throw new LockUnavailableException("Node 'a' is out of touch with shard 1: no answer from the cluster");
		}
		return new Cluster(
				List.of(new Lock("coupon:4711", new Place("a", "s-a", 5), Duration.ofSeconds(2),
						List.of(new Place("b", "s-b", 6))),
						new Lock("stock/42", new Place("b", "s-b", 4), Duration.ofSeconds(1), List.of())),
				List.of(new Lock("jobs", new Place("a", "s-a", 3), Duration.ofSeconds(9), List.of()),
						new Lock("elsewhere", new Place("b", "s-b", 2), Duration.ofSeconds(9), List.of())),
				List.of(new Session("s-a", "a", 0, Duration.ofMillis(100), true),
						new Session("s-b", "b", 0, Duration.ofMillis(200), false)));
	}

	@Override
	public LockMonitor monitor() {
		return new LockMonitor() {

			@Override
			public String node() {
				return "a";
			}

			@Override
			public ClusterView view() {
				return FakeLockNode.this.view();
			}

			@Override
			public LockStatistics statistics() {
				return FakeLockNode.this.statistics;
			}

		};
	}

	@Override
	public LockAdministration administration() {
		return new LockAdministration() {

			@Override
			public boolean releaseLock(String name) {
				view();
				if (name.equals("stock/42")) {
					throw new LockOperationRefusedException("Lock 'stock/42' is held by node 'b'");
				}
				return name.equals("coupon:4711");
			}

			@Override
			public boolean resign(String group) {
				view();
				FakeLockNode.this.resigned.add(group);
				return group.equals("jobs");
			}

			@Override
			public boolean endRest(String name) {
				view();
				return name.equals("digest");
			}

			@Override
			public boolean forgetFireTime(String group, String job) {
				return group.equals("jobs") && job.equals("digest.send");
			}

			@Override
			public void skipRecord(int shard, long ledgerId, long entryId) {
				if (shard != 0) {
					throw new IllegalArgumentException("There is no shard " + shard);
				}
				if (ledgerId > 17) {
					throw new LockOperationRefusedException("There is no record at " + ledgerId + ":" + entryId);
				}
			}

			@Override
			public boolean expelSession(String id) {
				if (id.equals("s-b")) {
					throw new LockOperationRefusedException("Session s-b has not been silent for long enough");
				}
				return false;
			}

		};
	}

	@Override
	public Leadership leadership() {
		return this.leadership;
	}

	public FakeGroup group(String name) {
		return this.groups.computeIfAbsent(name, FakeGroup::new);
	}

	@Override
	public void awaitJoined(Duration limit) {
	}

	@Override
	public String node() {
		return "a";
	}

	@Override
	public Registration addListener(LockListener listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

	public void tell(LockEvent event) {
		this.listeners.forEach((listener) -> listener.onEvent(event));
	}

	public void tell(LeaderEvent event) {
		this.leaderListeners.forEach((listener) -> listener.onEvent(event));
	}

	@Override
	public FencedLock obtain(String name) {
		throw new UnsupportedOperationException();
	}

	@Override
	public LockHandles acquireAll(Collection<String> names, Duration waitFor) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<LockGrant> heldByCurrentThread(String name) {
		return Optional.empty();
	}

	@Override
	public void close() {
	}

	private record Resting(String name, Duration remaining) implements ClusterView.RestView {
	}

	private record Cluster(List<LockView> locks, List<LockView> groups,
			List<SessionView> sessions) implements ClusterView {

		@Override
		public List<RestView> resting() {
			return List.of(new Resting("digest", Duration.ofSeconds(30)));
		}
	}

	private record Lock(String name, Participant holder, Duration heldFor,
			List<Participant> waiters) implements LockView {
	}

	private record Session(String id, String node, int shard, Duration silence, boolean own) implements SessionView {
	}

	private record Place(String node, String session, long token) implements Participant {
	}

	/** A group that leads when a test says so. */
	public static final class FakeGroup implements LeaderGroup {

		private final String name;

		public boolean leader;

		FakeGroup(String name) {
			this.name = name;
		}

		@Override
		public boolean claim(String job, java.time.Instant fireTime) {
			return false;
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public boolean isLeader() {
			return this.leader;
		}

		@Override
		public boolean awaitLeader(Duration limit) {
			return this.leader;
		}

		@Override
		public CompletableFuture<Boolean> awaitLeaderAsync(Duration limit) {
			return CompletableFuture.completedFuture(this.leader);
		}

		@Override
		public OptionalLong term() {
			return this.leader ? OptionalLong.of(3) : OptionalLong.empty();
		}

		@Override
		public Optional<LockGrant> held() {
			return Optional.empty();
		}

		@Override
		public void resign() {
			this.leader = false;
		}

		@Override
		public void leave() {
			this.leader = false;
		}

		@Override
		public Registration addListener(LeaderListener listener) {
			return () -> {
			};
		}

		@Override
		public List<Participant> participants() {
			return this.leader ? List.of(new Place("a", "s-a", 3)) : List.of();
		}

	}

}
