package io.pulsarlock.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import io.pulsarlock.ClusterView;
import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.ClusterView.RestView;
import io.pulsarlock.ClusterView.SessionView;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Participant;
import org.jspecify.annotations.Nullable;

/**
 * A part of one view of the cluster, as maps and lists to be written. Searching, sorting
 * and paging is done here, so that a page never gets thousands of locks.
 */
final class ClusterReport {

	/** How many of those who wait a row names. */
	private static final int NAMED = 3;

	/** How many of those who wait are told when one lock is looked at. */
	private static final int DETAILED = 200;

	private final ClusterView view;

	private final Collection<LeaderGroup> candidacies;

	/** Nodes by name, each with its sessions in the order of their shards. */
	private final Map<String, List<SessionView>> nodes = new TreeMap<>(
			Comparator.comparing(ClusterReport::naturally).thenComparing(Comparator.naturalOrder()));

	/** The session of the node that tells, by id. */
	private final Map<String, Boolean> own = new HashMap<>();

	ClusterReport(ClusterView view, Collection<LeaderGroup> candidacies) {
		this.view = view;
		this.candidacies = candidacies;
		for (SessionView session : view.sessions()) {
			this.nodes.computeIfAbsent(session.node(), (name) -> new ArrayList<>()).add(session);
			this.own.put(session.id(), session.own());
		}
		this.nodes.values()
			.forEach((sessions) -> sessions
				.sort(Comparator.comparingInt(SessionView::shard).thenComparing(SessionView::silence)));
	}

	/** Numbers in names are compared as such: node-2 is before node-10. */
	private static String naturally(String name) {
		StringBuilder key = new StringBuilder();
		for (String part : name.split("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)")) {
			key.append(part.matches("\\d{1,18}") ? "%018d".formatted(Long.parseLong(part)) : part);
		}
		return key.toString();
	}

	Map<String, Object> totals() {
		Map<String, Object> totals = new LinkedHashMap<>();
		totals.put("locks", this.view.locks().size());
		totals.put("waitedFor", this.view.locks().stream().filter((lock) -> !lock.waiters().isEmpty()).count());
		totals.put("waiting", this.view.locks().stream().mapToLong((lock) -> lock.waiters().size()).sum());
		totals.put("groups", this.view.groups().size());
		totals.put("nodes", this.nodes.size());
		totals.put("sessions", this.view.sessions().size());
		return totals;
	}

	Map<String, Object> locks(ConsoleQuery query) {
		List<LockView> found = new ArrayList<>(this.view.locks()
			.stream()
			.filter((lock) -> (!query.waited() || !lock.waiters().isEmpty()) && matches(lock, query))
			.toList());
		switch (query.sort()) {
			case HELD -> found.sort(Comparator.comparing(LockView::heldFor).reversed());
			case WAITING -> found.sort(Comparator.comparingInt((LockView lock) -> lock.waiters().size()).reversed());
			case NAME -> {
				// As they come.
			}
		}
		return page(found, query.locks(), query.size(), this::row);
	}

	Map<String, Object> groups(ConsoleQuery query) {
		List<LockView> found = this.view.groups().stream().filter((group) -> matches(group, query)).toList();
		return page(found, query.groups(), query.size(), this::groupRow);
	}

	Map<String, Object> rests(ConsoleQuery query) {
		List<RestView> found = this.view.resting().stream().filter((rest) -> query.matches(rest.name())).toList();
		return page(found, query.rests(), query.size(), ClusterReport::restRow);
	}

	Map<String, Object> nodes(ConsoleQuery query) {
		Map<String, int[]> numbers = numbers();
		List<Map.Entry<String, List<SessionView>>> found = this.nodes.entrySet()
			.stream()
			.filter((node) -> query.matches(node.getKey())
					|| node.getValue().stream().anyMatch((session) -> query.matches(session.id())))
			.toList();
		return page(found, query.nodes(), query.size(), (node) -> nodeRow(node.getKey(), node.getValue(), numbers));
	}

	@Nullable Map<String, Object> lock(String name) {
		Map<String, Object> detail = find(this.view.locks(), name, this::row);
		Map<String, Object> rest = rest(name);
		if (detail != null && rest != null) {
			detail.putAll(rest);
		}
		return detail;
	}

	@Nullable Map<String, Object> rest(String name) {
		return this.view.resting()
			.stream()
			.filter((rest) -> rest.name().equals(name))
			.findFirst()
			.map(ClusterReport::restRow)
			.orElse(null);
	}

	@Nullable Map<String, Object> group(String name) {
		return find(this.view.groups(), name, this::groupRow);
	}

	@Nullable Map<String, Object> node(String name) {
		List<SessionView> sessions = this.nodes.get(name);
		return (sessions != null) ? nodeRow(name, sessions, numbers()) : null;
	}

	private @Nullable Map<String, Object> find(List<LockView> views, String name,
			Function<LockView, Map<String, Object>> row) {
		for (LockView lock : views) {
			if (lock.name().equals(name)) {
				Map<String, Object> detail = row.apply(lock);
				detail.put("line", lock.waiters().stream().limit(DETAILED).map(this::place).toList());
				return detail;
			}
		}
		return null;
	}

	private static boolean matches(LockView lock, ConsoleQuery query) {
		return query.text().isEmpty() || query.matches(lock.name())
				|| lock.holders().stream().anyMatch((holder) -> matches(holder, query))
				|| lock.waiters().stream().anyMatch((waiter) -> matches(waiter, query));
	}

	private static boolean matches(Participant participant, ConsoleQuery query) {
		return query.matches(participant.node()) || Long.toString(participant.token()).equals(query.text());
	}

	private static <T> Map<String, Object> page(List<T> found, int wanted, int size,
			Function<T, Map<String, Object>> row) {
		int pages = Math.max((found.size() + size - 1) / size, 1);
		int page = Math.min(wanted, pages - 1);
		Map<String, Object> part = new LinkedHashMap<>();
		part.put("found", found.size());
		part.put("page", page);
		part.put("pages", pages);
		part.put("first", found.isEmpty() ? 0 : page * size + 1);
		part.put("rows", found.stream().skip((long) page * size).limit(size).map(row).toList());
		return part;
	}

	private Map<String, Object> row(LockView lock) {
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("name", lock.name());
		row.put("holder", place(lock.holder()));
		if (lock.holders().size() > 1) {
			row.put("holders", lock.holders().stream().limit(DETAILED).map(this::place).toList());
		}
		row.put("heldMillis", millis(lock.heldFor()));
		row.put("waiting", lock.waiters().size());
		row.put("next", lock.waiters().stream().limit(NAMED).map(Participant::node).toList());
		return row;
	}

	private Map<String, Object> groupRow(LockView group) {
		Map<String, Object> row = row(group);
		LeaderGroup here = this.candidacies.stream()
			.filter((each) -> each.name().equals(group.name()))
			.findFirst()
			.orElse(null);
		row.put("candidate", here != null);
		row.put("leads", here != null && here.isLeader());
		return row;
	}

	private static Map<String, Object> restRow(RestView rest) {
		return Map.of("name", rest.name(), "restsMillis", millis(rest.remaining()));
	}

	/** Tokens are text: they are larger than the numbers JavaScript can tell apart. */
	private Map<String, Object> place(Participant participant) {
		return Map.of("node", participant.node(), "session", participant.session(), "token",
				Long.toString(participant.token()), "own", this.own.getOrDefault(participant.session(), false));
	}

	/** What each node has and waits for. */
	private Map<String, int[]> numbers() {
		Map<String, int[]> numbers = new HashMap<>();
		for (LockView lock : this.view.locks()) {
			lock.holders().forEach((holder) -> numbers.computeIfAbsent(holder.node(), (name) -> new int[2])[0]++);
			lock.waiters().forEach((waiter) -> numbers.computeIfAbsent(waiter.node(), (name) -> new int[2])[1]++);
		}
		return numbers;
	}

	private static Map<String, Object> nodeRow(String name, List<SessionView> sessions, Map<String, int[]> numbers) {
		int[] number = numbers.getOrDefault(name, new int[2]);
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("name", name);
		row.put("own", sessions.stream().anyMatch(SessionView::own));
		row.put("holds", number[0]);
		row.put("waits", number[1]);
		row.put("sessions",
				sessions.stream()
					.map((session) -> Map.of("id", session.id(), "shard", session.shard(), "silenceMillis",
							millis(session.silence()), "own", session.own()))
					.toList());
		return row;
	}

	private static long millis(Duration duration) {
		return duration.toMillis();
	}

}
