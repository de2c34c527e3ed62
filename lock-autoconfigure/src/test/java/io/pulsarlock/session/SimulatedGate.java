package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.pulsarlock.session.SimulatedDoor.Attempt;
import org.jspecify.annotations.Nullable;

/**
 * One lock's door at one broker: the subscription.
 */
final class SimulatedGate {

	private final String lock;

	private final Door.Kind kind;

	private final SimulatedCluster cluster;

	/** Who is inside (exclusive) or attached (failover). */
	private final List<Guest> guests = new ArrayList<>();

	private @Nullable Guest active;

	SimulatedGate(String lock, Door.Kind kind, SimulatedCluster cluster) {
		this.lock = lock;
		this.kind = kind;
		this.cluster = cluster;
	}

	void subscribe(SimulatedLink link, Attempt attempt) {
		if (this.guests.stream().anyMatch((guest) -> guest.attempt() == attempt && guest.link() == link)) {
			return;
		}
		Guest guest = new Guest(link, attempt);
		if (this.kind == Door.Kind.FAILOVER) {
			this.guests.add(guest);
			this.cluster.time()
				.trace(() -> "door     " + this.lock + " has " + link + " as number " + attempt.ordinal());
			link.toClient(() -> attempt.attached(link));
			choose();
		}
		else if (this.guests.isEmpty() || this.cluster.plan().twin(SimulationTwin.OPEN_DOOR)) {
			this.guests.add(guest);
			this.cluster.time().trace(() -> "door     " + this.lock + " admits " + link);
			link.toClient(() -> attempt.admitted(link));
		}
		else {
			SimulatedLink inside = this.guests.get(0).link();
			inside.probe((alive) -> {
				if (!alive && this.guests.isEmpty() && link.isOpenAtBroker() && this.cluster.time().chance(0.5)) {
					subscribe(link, attempt);
				}
				else {
					link.toClient(() -> attempt.refused(link));
				}
			});
		}
	}

	void leave(SimulatedLink link, Attempt attempt) {
		this.guests.removeIf((guest) -> guest.attempt() == attempt && guest.link() == link);
		choose();
	}

	void closed(SimulatedLink link) {
		this.guests.removeIf((guest) -> guest.link() == link);
		choose();
	}

	/** An administrator deletes the subscription: its consumers are closed. */
	void delete() {
		List<Guest> closed = List.copyOf(this.guests);
		this.guests.clear();
		choose();
		closed.forEach((guest) -> guest.link().toClient(() -> guest.attempt().closed(guest.link())));
	}

	/** The active guest of a failover door; all are told at the same moment, later. */
	private void choose() {
		if (this.kind != Door.Kind.FAILOVER) {
			return;
		}
		Guest best = this.guests.stream()
			.min(Comparator.comparingInt((Guest guest) -> guest.attempt().ordinal())
				.thenComparingInt((guest) -> guest.attempt().hash()))
			.orElse(null);
		if (best == this.active) {
			return;
		}
		this.active = best;
		this.cluster.time()
			.trace(() -> "door     " + this.lock + " activates " + ((best != null) ? best.link() : "nobody"));
		long delay = this.cluster.time().between(0, SimulatedTime.SECOND);
		this.cluster.time().after(delay, () -> {
			for (Guest guest : this.guests) {
				boolean active = guest == this.active;
				guest.link().toClient(() -> guest.attempt().active(guest.link(), active));
			}
		});
	}

	boolean isEmpty() {
		return this.guests.isEmpty();
	}

	@Override
	public String toString() {
		return this.lock + this.guests.stream().map(Guest::link).toList();
	}

	private record Guest(SimulatedLink link, Attempt attempt) {
	}

}
