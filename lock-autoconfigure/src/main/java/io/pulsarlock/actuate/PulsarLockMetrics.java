package io.pulsarlock.actuate;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockReleased;
import io.pulsarlock.LockStatistics;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one node's locks: what it holds and awaits, how long, what it has lost,
 * which groups it leads and how well it is connected. No meter is tagged with the name of
 * a lock, because an application may have any number of them; leader groups are few.
 *
 * @since 0.1.0
 */
public class PulsarLockMetrics implements MeterBinder {

	/** Shorter than any scrape interval; all gauges of one scrape see one snapshot. */
	private static final long SNAPSHOT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final LockNode node;

	private final Iterable<Tag> tags;

	private volatile @Nullable Snapshot snapshot;

	/**
	 * Create the binder.
	 * @param node the node
	 */
	public PulsarLockMetrics(LockNode node) {
		this(node, Tags.empty());
	}

	/**
	 * Create the binder.
	 * @param node the node
	 * @param tags further tags for every meter
	 */
	public PulsarLockMetrics(LockNode node, Iterable<Tag> tags) {
		this.node = node;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry meters) {
		Groups groups = new Groups(meters);
		gauge(meters, "pulsar.lock.held", "Locks and leaderships this node holds", (statistics) -> {
			groups.discover();
			return statistics.held();
		});
		gauge(meters, "pulsar.lock.waiting", "Callers that wait for a lock, and candidacies that wait for leadership",
				LockStatistics::waiting);
		gauge(meters, "pulsar.lock.sessions", "Sessions of this node", LockStatistics::sessions);
		gauge(meters, "pulsar.lock.confirmed", "Whether every session of this node is confirmed",
				(statistics) -> statistics.confirmed() ? 1 : 0);
		gauge(meters, "pulsar.lock.journal.unread", "Own records in the journals that this node has not read up to yet",
				LockStatistics::unread);
		gauge(meters, "pulsar.lock.token.highest", "Upper bound of all fencing tokens granted so far",
				LockStatistics::highestToken);
		TimeGauge
			.builder("pulsar.lock.session.silence", this, TimeUnit.NANOSECONDS, (self) -> silence(self.statistics()))
			.description("Age of the latest acknowledged heartbeat, of the session where it is oldest")
			.tags(this.tags)
			.register(meters);
		FunctionCounter.builder("pulsar.lock.requests", this, (self) -> self.statistics().requests())
			.description("Requests written to the journals")
			.tags(this.tags)
			.register(meters);
		FunctionCounter.builder("pulsar.lock.releases", this, (self) -> self.statistics().releases())
			.description("Releases written to the journals")
			.tags(this.tags)
			.register(meters);
		FunctionCounter.builder("pulsar.lock.messages.skipped", this, (self) -> self.statistics().skipped())
			.description("Messages skipped because they are not lock records, or not signed with a key of this node")
			.tags(this.tags)
			.register(meters);
		grants(meters, "hint", LockStatistics::hintedGrants);
		grants(meters, "journal", (statistics) -> statistics.grants() - statistics.hintedGrants());
		registerWithoutEvents(meters);
		groups.discover();
		this.node.addListener((event) -> record(meters, event));
		this.node.leadership().addListener(new LeaderListener() {

			@Override
			public void onEvent(LeaderEvent event) {
				record(meters, groups, event);
			}

		});
	}

	private void gauge(MeterRegistry meters, String name, String description, ToDoubleFunction<LockStatistics> value) {
		Gauge.builder(name, this, (self) -> value.applyAsDouble(self.statistics()))
			.description(description)
			.tags(this.tags)
			.register(meters);
	}

	/** Not a number without a session: zero would look like a heartbeat of just now. */
	private static double silence(LockStatistics statistics) {
		return (statistics.sessions() > 0) ? statistics.silence().toNanos() : Double.NaN;
	}

	private void grants(MeterRegistry meters, String by, ToDoubleFunction<LockStatistics> value) {
		FunctionCounter.builder("pulsar.lock.grants", this, (self) -> value.applyAsDouble(self.statistics()))
			.description("Locks and leaderships granted to this node")
			.tags(Tags.of(this.tags).and("by", by))
			.register(meters);
	}

	/** So that a dashboard shows zero, not nothing. */
	private void registerWithoutEvents(MeterRegistry meters) {
		for (boolean leadership : new boolean[] { false, true }) {
			wait(meters, leadership);
			hold(meters, leadership, "released");
			hold(meters, leadership, "lost");
			jeopardy(meters, leadership);
			for (LockLoss.Reason reason : LockLoss.Reason.values()) {
				lost(meters, leadership, reason);
			}
		}
	}

	private void record(MeterRegistry meters, LockEvent event) {
		if (event instanceof LockAcquired acquired) {
			wait(meters, false).record(acquired.waited());
		}
		else if (event instanceof LockReleased released) {
			hold(meters, false, "released").record(released.held());
		}
		else if (event instanceof LockLost lost) {
			hold(meters, false, "lost").record(lost.held());
			lost(meters, false, lost.reason()).increment();
		}
		else if (event instanceof LockJeopardized) {
			jeopardy(meters, false).increment();
		}
	}

	private void record(MeterRegistry meters, Groups groups, LeaderEvent event) {
		groups.add(event.group());
		if (event instanceof LeadershipGranted granted) {
			wait(meters, true).record(granted.waited());
			groups.transition(event.group(), "granted").increment();
		}
		else if (event instanceof LeadershipRevoked revoked) {
			hold(meters, true, "lost").record(revoked.led());
			lost(meters, true, revoked.reason()).increment();
			groups.transition(event.group(), "revoked").increment();
		}
		else if (event instanceof LeadershipJeopardized) {
			jeopardy(meters, true).increment();
		}
	}

	private Timer wait(MeterRegistry meters, boolean leadership) {
		return Timer.builder("pulsar.lock.wait")
			.description("How long callers waited for the locks they got")
			.tags(kind(leadership))
			.register(meters);
	}

	private Timer hold(MeterRegistry meters, boolean leadership, String outcome) {
		return Timer.builder("pulsar.lock.hold")
			.description("How long locks were held")
			.tags(kind(leadership).and("lock.outcome", outcome))
			.register(meters);
	}

	private Counter lost(MeterRegistry meters, boolean leadership, LockLoss.Reason reason) {
		return Counter.builder("pulsar.lock.lost")
			.description("Locks lost before their holders gave them up")
			.tags(kind(leadership).and("reason", reason.name().toLowerCase(Locale.ROOT)))
			.register(meters);
	}

	private Counter jeopardy(MeterRegistry meters, boolean leadership) {
		return Counter.builder("pulsar.lock.jeopardy")
			.description("Held locks that could not be renewed for a while")
			.tags(kind(leadership))
			.register(meters);
	}

	private Tags kind(boolean leadership) {
		return Tags.of(this.tags).and("lock.kind", leadership ? "leader" : "lock");
	}

	private LockStatistics statistics() {
		Snapshot snapshot = this.snapshot;
		long now = System.nanoTime();
		if (snapshot == null || now - snapshot.at() > SNAPSHOT_NANOS) {
			snapshot = new Snapshot(now, this.node.monitor().statistics());
			this.snapshot = snapshot;
		}
		return snapshot.statistics();
	}

	private boolean leads(String name) {
		for (LeaderGroup group : this.node.leadership().groups()) {
			if (group.name().equals(name)) {
				return group.isLeader();
			}
		}
		return false;
	}

	private record Snapshot(long at, LockStatistics statistics) {
	}

	/** The meters of the leader groups, which appear when they are first asked for. */
	private final class Groups {

		private final MeterRegistry meters;

		private final Set<String> known = ConcurrentHashMap.newKeySet();

		Groups(MeterRegistry meters) {
			this.meters = meters;
		}

		void discover() {
			PulsarLockMetrics.this.node.leadership().groups().forEach((group) -> add(group.name()));
		}

		void add(String name) {
			if (this.known.add(name)) {
				Gauge.builder("pulsar.leader", PulsarLockMetrics.this, (self) -> self.leads(name) ? 1 : 0)
					.description("Whether this node leads the group")
					.tags(PulsarLockMetrics.this.tags)
					.tag("group", name)
					.register(this.meters);
				transition(name, "granted");
				transition(name, "revoked");
			}
		}

		Counter transition(String name, String event) {
			return Counter.builder("pulsar.leader.transitions")
				.description("Leaderships granted to and revoked from this node")
				.tags(PulsarLockMetrics.this.tags)
				.tag("group", name)
				.tag("event", event)
				.register(this.meters);
		}

	}

}
