package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.ClusterView;
import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.ClusterView.RestView;
import io.pulsarlock.ClusterView.SessionView;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Makes views of what a shard knows. Runs on the loop.
 */
final class Views {

	private Views() {
	}

	static ClusterView of(Shard shard) {
		Session session = active(shard);
		LineTable table = session.table();
		long now = shard.now();
		List<LockView> locks = new ArrayList<>();
		List<LockView> groups = new ArrayList<>();
		for (String key : table.locks()) {
			Ticket front = table.front(key);
			if (front != null && table.heir(key) == null && table.isIdle(front)) {
				// Kept, but not held.
				continue;
			}
			List<Participant> line = line(session, key);
			int inside = table.inside(key).size();
			LockView view = new LockSnapshot(key.substring(2), line.subList(0, inside), session.frontFor(key, now),
					line.subList(inside, line.size()));
			(key.startsWith("g:") ? groups : locks).add(view);
		}
		List<SessionView> sessions = table.sessions()
			.stream()
			.<SessionView>map((state) -> new SessionSnapshot(state.id().toString(), Peers.node(state), shard.index(),
					Duration.ofNanos(now - session.heardAt(state.id(), now)), state.id().equals(session.id())))
			.toList();
		return new ClusterSnapshot(locks, groups, resting(session, now), sessions);
	}

	private static List<RestView> resting(Session session, long now) {
		List<RestView> resting = new ArrayList<>();
		session.forEachRest(now,
				(key, place, nanos) -> resting.add(new RestSnapshot(key.substring(2), Duration.ofNanos(nanos))));
		return resting;
	}

	static List<Participant> line(Shard shard, String key) {
		return line(active(shard), key);
	}

	private static List<Participant> line(Session session, String key) {
		return session.table().line(key).stream().map((ticket) -> participant(session, ticket)).toList();
	}

	private static Session active(Shard shard) {
		Session session = shard.activeSession();
		if (session == null) {
			throw new LockUnavailableException("This node has not caught up with shard " + shard.index());
		}
		return session;
	}

	private static Participant participant(Session session, Ticket ticket) {
		UUID id = ticket.session();
		return new Place(Peers.node(session.table().session(id)), id.toString(), session.token(ticket.position()));
	}

	static LockStatistics sum(List<LockStatistics> parts) {
		return LockStatistics.builder()
			.confirmed(parts.stream().allMatch(LockStatistics::confirmed))
			.sessions(parts.stream().mapToInt(LockStatistics::sessions).sum())
			.held(parts.stream().mapToInt(LockStatistics::held).sum())
			.waiting(parts.stream().mapToInt(LockStatistics::waiting).sum())
			.silence(parts.stream().map(LockStatistics::silence).max(Comparator.naturalOrder()).orElse(Duration.ZERO))
			.unread(parts.stream().mapToInt(LockStatistics::unread).sum())
			.requests(parts.stream().mapToLong(LockStatistics::requests).sum())
			.releases(parts.stream().mapToLong(LockStatistics::releases).sum())
			.skipped(parts.stream().mapToLong(LockStatistics::skipped).sum())
			.highestToken(parts.stream().mapToLong(LockStatistics::highestToken).max().orElse(0))
			.grants(parts.stream().mapToLong(LockStatistics::grants).sum())
			.hintedGrants(parts.stream().mapToLong(LockStatistics::hintedGrants).sum())
			.hints(!parts.isEmpty() && parts.stream().allMatch(LockStatistics::hints))
			.build();
	}

	static ClusterView merge(List<ClusterView> views) {
		Comparator<LockView> byName = Comparator.comparing(LockView::name);
		return new ClusterSnapshot(views.stream().flatMap((view) -> view.locks().stream()).sorted(byName).toList(),
				views.stream().flatMap((view) -> view.groups().stream()).sorted(byName).toList(),
				views.stream()
					.flatMap((view) -> view.resting().stream())
					.sorted(Comparator.comparing(RestView::name))
					.toList(),
				views.stream().flatMap((view) -> view.sessions().stream()).toList());
	}

	private record ClusterSnapshot(List<LockView> locks, List<LockView> groups, List<RestView> resting,
			List<SessionView> sessions) implements ClusterView {
	}

	private record RestSnapshot(String name, Duration remaining) implements RestView {

		@Override
		public String toString() {
			return "RestView[name=" + PrintedNames.lock(this.name) + ", remaining=" + this.remaining + "]";
		}

	}

	private record LockSnapshot(String name, List<Participant> holders, Duration heldFor,
			List<Participant> waiters) implements LockView {

		@Override
		public Participant holder() {
			return this.holders.get(0);
		}

		@Override
		public String toString() {
			return "LockView[name=" + PrintedNames.lock(this.name) + ", "
					+ ((this.holders.size() == 1) ? "holder=" + holder() : "holders=" + this.holders) + ", heldFor="
					+ this.heldFor + ", waiters=" + this.waiters + "]";
		}

	}

	private record SessionSnapshot(String id, String node, int shard, Duration silence,
			boolean own) implements SessionView {

		@Override
		public String toString() {
			return "SessionView[id=" + this.id + ", node=" + PrintedNames.text(this.node) + ", shard=" + this.shard
					+ ", silence=" + this.silence + ", own=" + this.own + "]";
		}

	}

	private record Place(String node, String session, long token) implements Participant {

		@Override
		public String toString() {
			return "Participant[node=" + PrintedNames.text(this.node) + ", session=" + this.session + ", token="
					+ this.token + "]";
		}

	}

}
