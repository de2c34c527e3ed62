package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;

/**
 * The leader groups of a {@link SessionLockNode}.
 */
final class SessionLeadership implements Leadership {

	private static final String GROUP = "g:";

	private final CurrentMembership current;

	/** Those that this node has left, too: they keep their listeners. */
	private final Map<String, SessionGroup> groups = new ConcurrentHashMap<>();

	/** Guarded by the groups, like {@link #campaigning}. */
	private final List<GroupsListener> listeners = new ArrayList<>();

	private boolean campaigning;

	SessionLeadership(CurrentMembership current) {
		this.current = current;
	}

	static String key(String group) {
		return GROUP + group;
	}

	/** Makes this node a candidate of its groups, now and as soon as there are more. */
	void startCampaigns() {
		synchronized (this.groups) {
			this.campaigning = true;
			this.groups.values().forEach(this::campaign);
		}
	}

	private void campaign(SessionGroup group) {
		Membership membership = this.current.orNull();
		if (this.campaigning && membership != null && group.isJoined()) {
			group.start(membership.shard(group.key()));
		}
	}

	/** Leaves the line of every group that this node does not lead. */
	void withdraw() {
		synchronized (this.groups) {
			this.campaigning = false;
			this.groups.values().forEach(SessionGroup::withdraw);
		}
	}

	/**
	 * Resigns every leadership and leaves every group's line.
	 * @return completes when the listeners have been told
	 */
	CompletableFuture<?> stopCampaigns() {
		synchronized (this.groups) {
			this.campaigning = false;
			return CompletableFuture
				.allOf(this.groups.values().stream().map(SessionGroup::stop).toArray(CompletableFuture[]::new));
		}
	}

	/**
	 * {@inheritDoc} While the node is not to be a candidate the group waits for that.
	 */
	@Override
	public LeaderGroup group(String name) {
		Names.check(name, "leader group");
		SessionGroup known = this.groups.get(name);
		if (known != null && known.isJoined()) {
			return known;
		}
		synchronized (this.groups) {
			if (this.current.isClosed()) {
				throw this.current.absent();
			}
			SessionGroup group = this.groups.computeIfAbsent(name, this::newGroup);
			if (!group.isJoined()) {
				group.join();
				campaign(group);
			}
			return group;
		}
	}

	private SessionGroup newGroup(String name) {
		String key = key(name);
		SessionGroup group = new SessionGroup(name, key, this.current::callback, () -> participants(key), this::leave);
		this.listeners.forEach((listener) -> listener.addTo(group));
		return group;
	}

	private void leave(SessionGroup group) {
		synchronized (this.groups) {
			group.left();
			group.stop();
		}
	}

	/** Something happened to a leadership of this node. */
	void event(HoldEvent event) {
		SessionGroup group = this.groups.get(event.name());
		if (group != null) {
			group.event(event);
		}
	}

	private List<Participant> participants(String key) {
		Membership membership = this.current.get();
		return membership.ask(membership.shard(key), (shard) -> Views.line(shard, key));
	}

	@Override
	public Collection<LeaderGroup> groups() {
		return this.groups.values().stream().filter(SessionGroup::isJoined).map(LeaderGroup.class::cast).toList();
	}

	@Override
	public Registration addListener(LeaderListener listener) {
		GroupsListener added = new GroupsListener(listener);
		synchronized (this.groups) {
			this.listeners.add(added);
			this.groups.values().forEach(added::addTo);
		}
		return added;
	}

	/** A listener of every group. What it holds is guarded by the groups. */
	private final class GroupsListener implements Registration {

		private final LeaderListener listener;

		private final List<Registration> registrations = new ArrayList<>();

		GroupsListener(LeaderListener listener) {
			this.listener = listener;
		}

		void addTo(SessionGroup group) {
			this.registrations.add(group.addListener(this.listener));
		}

		@Override
		public void close() {
			List<Registration> registrations;
			synchronized (SessionLeadership.this.groups) {
				SessionLeadership.this.listeners.remove(this);
				registrations = List.copyOf(this.registrations);
				this.registrations.clear();
			}
			registrations.forEach(Registration::close);
		}

	}

}
