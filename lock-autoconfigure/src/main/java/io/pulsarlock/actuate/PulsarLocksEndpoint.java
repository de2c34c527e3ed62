package io.pulsarlock.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.pulsarlock.ClusterView;
import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.ClusterView.RestView;
import io.pulsarlock.ClusterView.SessionView;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Shows the locks, leader groups and sessions of the whole cluster as this node knows
 * them and, if access is unrestricted, ends what can be ended safely.
 *
 * @since 0.1.0
 */
@Endpoint(id = "pulsarlocks", defaultAccess = Access.READ_ONLY)
public class PulsarLocksEndpoint {

	private static final Pattern PLACE = Pattern.compile("(\\d+)/(\\d+):(\\d+)");

	private final LockMonitor monitor;

	private final LockAdministration administration;

	private final Leadership leadership;

	/**
	 * Create the endpoint.
	 * @param monitor what this node knows
	 * @param administration what may be done to locks
	 * @param leadership the leader groups of this node
	 */
	public PulsarLocksEndpoint(LockMonitor monitor, LockAdministration administration, Leadership leadership) {
		this.monitor = monitor;
		this.administration = administration;
		this.leadership = leadership;
	}

	/**
	 * Everything this node knows.
	 * @return locks, groups and sessions
	 * @throws LockUnavailableException if this node is out of touch
	 */
	@ReadOperation
	public PulsarLocksDescriptor locks() {
		ClusterView view = this.monitor.view();
		Set<String> own = ownSessions(view);
		return new PulsarLocksDescriptor(this.monitor.node(), describe(view.locks(), own), describe(view.groups(), own),
				view.resting().stream().map(RestDescriptor::of).toList(),
				view.sessions().stream().map(SessionDescriptor::of).toList(),
				Long.toString(this.monitor.statistics().highestToken()));
	}

	/**
	 * One lock, group, rest or session.
	 * @param kind the kind of thing that the name denotes
	 * @param name the unencoded full name of a lock or group, or the id of a session
	 * @return a {@link LockDescriptor}, a {@link RestDescriptor} or a
	 * {@link SessionDescriptor}; null if it does not exist, because it has neither holder
	 * nor waiters, or does not rest
	 * @throws InvalidEndpointRequestException if the name is blank
	 * @throws LockUnavailableException if this node is out of touch
	 * @since 0.2.0
	 */
	@ReadOperation
	public @Nullable OperationResponseBody find(@Selector Kind kind, String name) {
		check(name);
		ClusterView view = this.monitor.view();
		return switch (kind) {
			case LOCKS -> find(view.locks(), name, view);
			case GROUPS -> find(view.groups(), name, view);
			case SESSIONS -> view.sessions()
				.stream()
				.filter((session) -> session.id().equals(name))
				.map(SessionDescriptor::of)
				.findFirst()
				.orElse(null);
			case RESTS -> view.resting()
				.stream()
				.filter((rest) -> rest.name().equals(name))
				.map(RestDescriptor::of)
				.findFirst()
				.orElse(null);
			// Claims and records can be removed, but not shown.
			case FIRETIMES, RECORDS -> null;
		};
	}

	private static @Nullable LockDescriptor find(Collection<LockView> views, String name, ClusterView view) {
		return views.stream()
			.filter((lock) -> lock.name().equals(name))
			.map((lock) -> LockDescriptor.of(lock, ownSessions(view)))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Ends something: releases a lock, or makes the leader of a group resign, on whatever
	 * node that is, expels a session that is silent, ends the rest of a lock, forgets the
	 * fire time of a job, or skips a record that stops nodes.
	 * @param kind the kind of thing that the name denotes
	 * @param name the unencoded full name of a lock or group, the id of a session, the
	 * name of a job in a group that this node is a candidate of, or the place of a
	 * record, as in the message of the stopped node, {@code <shard>/<ledger>:<entry>}
	 * @return what was done or why it was refused; null if it does not exist
	 * @throws InvalidEndpointRequestException if the name is blank or too long
	 * @throws LockUnavailableException if this node is out of touch
	 */
	@DeleteOperation
	public @Nullable EndDescriptor end(@Selector Kind kind, String name) {
		check(name);
		try {
			boolean done = switch (kind) {
				case LOCKS -> this.administration.releaseLock(name);
				case GROUPS -> this.administration.resign(name);
				case SESSIONS -> this.administration.expelSession(name);
				case RESTS -> this.administration.endRest(name);
				case FIRETIMES -> forget(name);
				case RECORDS -> skip(name);
			};
			return done ? EndDescriptor.done(kind, name) : null;
		}
		catch (LockOperationRefusedException ex) {
			return EndDescriptor.refused(kind, name, String.valueOf(ex.getMessage()));
		}
		catch (IllegalArgumentException ex) {
			throw invalid(String.valueOf(ex.getMessage()));
		}
	}

	private static void check(String name) {
		if (name.isBlank()) {
			throw invalid("The name is blank");
		}
	}

	static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	/** Groups have jobs of their own; the name applies to all groups. */
	private boolean forget(String job) {
		boolean forgotten = false;
		for (LeaderGroup group : this.leadership.groups()) {
			forgotten |= this.administration.forgetFireTime(group.name(), job);
		}
		return forgotten;
	}

	private boolean skip(String name) {
		Matcher place = PLACE.matcher(name);
		if (!place.matches()) {
			throw invalid("'" + PrintedNames.text(name)
					+ "' is not the place of a record: <shard>/<ledger>:<entry>, such as 0/17:3");
		}
		try {
			this.administration.skipRecord(Integer.parseInt(place.group(1)), Long.parseLong(place.group(2)),
					Long.parseLong(place.group(3)));
		}
		catch (NumberFormatException ex) {
			throw invalid("'" + PrintedNames.text(name) + "' is not the place of a record: a number is too large");
		}
		return true;
	}

	private static Set<String> ownSessions(ClusterView view) {
		return view.sessions()
			.stream()
			.filter(SessionView::own)
			.map(SessionView::id)
			.collect(Collectors.toUnmodifiableSet());
	}

	private static List<LockDescriptor> describe(Collection<LockView> locks, Set<String> own) {
		return locks.stream().map((lock) -> LockDescriptor.of(lock, own)).toList();
	}

	/** What can be ended. */
	public enum Kind {

		/** A lock that is held. */
		LOCKS,

		/** A leader group that has a leader. */
		GROUPS,

		/** A silent session of another node. */
		SESSIONS,

		/**
		 * The rest of a lock.
		 * @since 0.2.0
		 */
		RESTS,

		/**
		 * The latest fire time that was claimed for a job.
		 * @since 0.2.0
		 */
		FIRETIMES,

		/**
		 * A record of the journal that nodes cannot apply.
		 * @since 0.2.0
		 */
		RECORDS

	}

	/**
	 * Everything that one node knows.
	 *
	 * @param node the node that reports
	 * @param locks every lock that is held or awaited
	 * @param groups every leader group with a candidate
	 * @param resting every lock that rests
	 * @param sessions every session
	 * @param highestToken upper bound of all fencing tokens and terms granted so far;
	 * text, because it may exceed the integers that JavaScript can represent
	 */
	public record PulsarLocksDescriptor(String node, List<LockDescriptor> locks, List<LockDescriptor> groups,
			List<RestDescriptor> resting, List<SessionDescriptor> sessions,
			String highestToken) implements OperationResponseBody {
	}

	/**
	 * A lock or leader group.
	 *
	 * @param name its name
	 * @param holder the front of the line
	 * @param holders all that have the lock, in order, if it is shared by several now;
	 * null if it has one holder
	 * @param heldFor how long the reporting node has known the holder to be in front
	 * @param waiting the waiting nodes, in order
	 */
	public record LockDescriptor(String name, ParticipantDescriptor holder,
			@Nullable List<ParticipantDescriptor> holders, Duration heldFor,
			List<ParticipantDescriptor> waiting) implements OperationResponseBody {

		static LockDescriptor of(LockView lock, Set<String> own) {
			List<ParticipantDescriptor> holders = (lock.holders().size() > 1) ? list(lock.holders(), own) : null;
			return new LockDescriptor(lock.name(), ParticipantDescriptor.of(lock.holder(), own), holders,
					lock.heldFor(), list(lock.waiters(), own));
		}

		private static List<ParticipantDescriptor> list(List<Participant> places, Set<String> own) {
			return places.stream().map((place) -> ParticipantDescriptor.of(place, own)).toList();
		}

	}

	/**
	 * A place in a line.
	 *
	 * @param node the node's name
	 * @param session the node's session
	 * @param token the fencing token or term, when its turn comes; text, because it may
	 * exceed the integers that JavaScript can represent
	 * @param own whether it is the place of the reporting node
	 */
	public record ParticipantDescriptor(String node, String session, String token, boolean own) {

		static ParticipantDescriptor of(Participant participant, Set<String> own) {
			return new ParticipantDescriptor(participant.node(), participant.session(),
					Long.toString(participant.token()), own.contains(participant.session()));
		}

	}

	/**
	 * A lock that rests.
	 *
	 * @param name its name
	 * @param remaining for how long it is still granted to no further caller
	 * @since 0.2.0
	 */
	public record RestDescriptor(String name, Duration remaining) implements OperationResponseBody {

		static RestDescriptor of(RestView rest) {
			return new RestDescriptor(rest.name(), rest.remaining());
		}

	}

	/**
	 * A session.
	 *
	 * @param id the session
	 * @param node the node's name
	 * @param shard the shard
	 * @param age the time since the reporting node last heard from it
	 * @param own whether it is the session of the reporting node
	 */
	public record SessionDescriptor(String id, String node, int shard, Duration age,
			boolean own) implements OperationResponseBody {

		static SessionDescriptor of(SessionView session) {
			return new SessionDescriptor(session.id(), session.node(), session.shard(), session.silence(),
					session.own());
		}

	}

	/**
	 * The result of an attempt to end something.
	 *
	 * @param kind the kind of thing
	 * @param name its name
	 * @param done whether it was done
	 * @param reason why it was refused, and what to do instead; null if it was done
	 */
	public record EndDescriptor(String kind, String name, boolean done,
			@Nullable String reason) implements OperationResponseBody {

		static EndDescriptor done(Kind kind, String name) {
			return new EndDescriptor(kind.name().toLowerCase(Locale.ROOT), name, true, null);
		}

		static EndDescriptor refused(Kind kind, String name, String reason) {
			return new EndDescriptor(kind.name().toLowerCase(Locale.ROOT), name, false, reason);
		}

	}

}
