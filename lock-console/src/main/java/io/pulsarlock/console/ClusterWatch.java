package io.pulsarlock.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.pulsarlock.ClusterView;
import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.ClusterView.SessionView;
import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipOccupied;
import io.pulsarlock.LeadershipRecovered;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LeadershipVacant;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Keeps the timeline. What happens to this node is heard from its listeners, all of it
 * and at once. What other nodes do is seen by comparing the views of this node, one a
 * second: a lock that goes from hand to hand more often than that is seen where it is at
 * the time.
 */
final class ClusterWatch implements SmartLifecycle, LockListener, LeaderListener {

	private static final Log logger = LogFactory.getLog(ClusterWatch.class);

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	/** However many pages are open, the node makes no more views than this. */
	private static final long FRESH_NANOS = Duration.ofMillis(200).toNanos();

	/** How many locks that have changed hands between two looks are named. */
	private static final int NAMED = 20;

	private final LockMonitor monitor;

	private final Timeline timeline;

	private final ReentrantLock viewing = new ReentrantLock();

	private @Nullable ClusterView view;

	private long viewedAt;

	private @Nullable Look last;

	private boolean apart;

	private volatile @Nullable ScheduledThreadPoolExecutor executor;

	ClusterWatch(LockMonitor monitor) {
		this(monitor, new Timeline(System::nanoTime));
	}

	ClusterWatch(LockMonitor monitor, Timeline timeline) {
		this.monitor = monitor;
		this.timeline = timeline;
	}

	Timeline timeline() {
		return this.timeline;
	}

	/**
	 * What this node knows, at most some tenths of a second ago.
	 * @throws LockUnavailableException if it is out of touch
	 */
	ClusterView view() {
		this.viewing.lock();
		try {
			ClusterView known = this.view;
			if (known == null || System.nanoTime() - this.viewedAt > FRESH_NANOS
					|| !this.monitor.statistics().confirmed()) {
				this.view = null;
				known = this.monitor.view();
				this.view = known;
				this.viewedAt = System.nanoTime();
			}
			return known;
		}
		finally {
			this.viewing.unlock();
		}
	}

	/** Something was done: who asks next is to see it. */
	void forget() {
		this.viewing.lock();
		try {
			this.view = null;
		}
		finally {
			this.viewing.unlock();
		}
	}

	@Override
	public void start() {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "pulsar-lock-console");
			thread.setDaemon(true);
			return thread;
		});
		executor.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
		this.executor = executor;
	}

	@Override
	public void stop() {
		ScheduledThreadPoolExecutor executor = this.executor;
		if (executor != null) {
			executor.shutdownNow();
			this.executor = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.executor != null;
	}

	@Override
	public void onEvent(LockEvent event) {
		if (event instanceof LockLost lost) {
			this.timeline.notable("LOST", facts("lock", lost.name(), lost.token(), lost.reason(), lost.held()));
		}
		else if (event instanceof LockJeopardized jeopardized) {
			this.timeline.notable("JEOPARDIZED", facts("lock", jeopardized.name(), jeopardized.token()));
		}
		else if (event instanceof LockRecovered recovered) {
			this.timeline.notable("RECOVERED", facts("lock", recovered.name(), recovered.token()));
		}
		// That a lock is acquired and released may happen thousands of times a second.
	}

	@Override
	public void onEvent(LeaderEvent event) {
		if (event instanceof LeadershipGranted granted) {
			this.timeline.notable("LEADS", facts("group", granted.group(), granted.term()));
		}
		else if (event instanceof LeadershipRevoked revoked) {
			this.timeline.notable("LOST",
					facts("group", revoked.group(), revoked.term(), revoked.reason(), revoked.led()));
		}
		else if (event instanceof LeadershipJeopardized jeopardized) {
			this.timeline.notable("JEOPARDIZED", facts("group", jeopardized.group(), jeopardized.term()));
		}
		else if (event instanceof LeadershipRecovered recovered) {
			this.timeline.notable("RECOVERED", facts("group", recovered.group(), recovered.term()));
		}
		else if (event instanceof LeadershipVacant vacant) {
			this.timeline.notable("VACANT", Map.of("kind", "group", "name", vacant.group()));
		}
		else if (event instanceof LeadershipOccupied occupied) {
			this.timeline.notable("OCCUPIED", Map.of("kind", "group", "name", occupied.group()));
		}
	}

	private Map<String, Object> facts(String kind, String name, long token) {
		Map<String, Object> facts = new LinkedHashMap<>();
		facts.put("kind", kind);
		facts.put("name", name);
		facts.put("token", Long.toString(token));
		facts.put("node", this.monitor.node());
		return facts;
	}

	private Map<String, Object> facts(String kind, String name, long token, LockLoss.Reason reason, Duration held) {
		Map<String, Object> facts = facts(kind, name, token);
		facts.put("reason", reason.name());
		facts.put("heldMillis", held.toMillis());
		return facts;
	}

	/** Looks once. What it throws would end all further looks. */
	synchronized void look() {
		try {
			Look look = Look.at(view());
			if (this.apart) {
				this.apart = false;
				this.timeline.notable("IN_TOUCH", Map.of("node", this.monitor.node()));
			}
			Look before = this.last;
			if (before != null) {
				compare(before, look);
			}
			this.last = look;
		}
		catch (LockUnavailableException ex) {
			// Before it has joined it has not lost anything.
			if (this.last != null && !this.apart) {
				this.apart = true;
				this.timeline.notable("OUT_OF_TOUCH",
						Map.of("node", this.monitor.node(), "reason", String.valueOf(ex.getMessage())));
			}
		}
		catch (RuntimeException ex) {
			logger.debug("The console could not look at the lock cluster", ex);
		}
	}

	private void compare(Look before, Look now) {
		now.sessions().forEach((node, sessions) -> {
			Set<String> known = before.sessions().get(node);
			if (known == null) {
				this.timeline.notable("JOINED", Map.of("node", node));
			}
			else if (sessions.stream().noneMatch(known::contains)) {
				this.timeline.notable("REJOINED", Map.of("node", node));
			}
		});
		before.sessions().keySet().forEach((node) -> {
			if (!now.sessions().containsKey(node)) {
				this.timeline.notable("LEFT", Map.of("node", node));
			}
		});
		now.groups().forEach((name, leader) -> {
			Participant former = before.groups().get(name);
			if (hasMoved(former, leader)) {
				this.timeline.notable("LEADER", moved("group", name, former, leader));
			}
		});
		List<Map<String, Object>> moved = new ArrayList<>();
		int more = 0;
		for (Map.Entry<String, Participant> lock : now.locks().entrySet()) {
			Participant former = before.locks().get(lock.getKey());
			if (hasMoved(former, lock.getValue())) {
				if (moved.size() < NAMED) {
					moved.add(moved("lock", lock.getKey(), former, lock.getValue()));
				}
				else {
					more++;
				}
			}
		}
		if (more > 0) {
			this.timeline.routine("MORE_MOVED", Map.of("count", more));
		}
		moved.forEach((facts) -> this.timeline.routine("MOVED", facts));
	}

	private static boolean hasMoved(@Nullable Participant former, Participant now) {
		return former != null && !former.session().equals(now.session());
	}

	private static Map<String, Object> moved(String kind, String name, @Nullable Participant from, Participant to) {
		return Map.of("kind", kind, "name", name, "from", (from != null) ? from.node() : "", "node", to.node(), "token",
				Long.toString(to.token()));
	}

	/**
	 * What is compared with the next one.
	 *
	 * @param locks who has each lock
	 * @param groups who leads each group
	 * @param sessions the sessions of each node
	 */
	private record Look(Map<String, Participant> locks, Map<String, Participant> groups,
			Map<String, Set<String>> sessions) {

		static Look at(ClusterView view) {
			Map<String, Set<String>> sessions = new HashMap<>();
			for (SessionView session : view.sessions()) {
				sessions.computeIfAbsent(session.node(), (node) -> new HashSet<>()).add(session.id());
			}
			return new Look(holders(view.locks()), holders(view.groups()), sessions);
		}

		private static Map<String, Participant> holders(List<LockView> locks) {
			Map<String, Participant> holders = new LinkedHashMap<>();
			locks.forEach((lock) -> holders.put(lock.name(), lock.holder()));
			return holders;
		}

	}

}
