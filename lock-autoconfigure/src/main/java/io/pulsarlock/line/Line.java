package io.pulsarlock.line;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The tickets of one lock in their order, and how many of them, from the front on, are
 * <em>inside</em>: as many as fit its capacity together, which is that of the first. What
 * does not fit lets nothing behind it pass, and neither does a ticket that names another
 * capacity. So a ticket that is inside stays so until it leaves, whatever else leaves.
 * <p>
 * All of it follows from the tickets alone, in whatever order they came.
 */
final class Line {

	private Ticket[] tickets = new Ticket[2];

	private int size;

	private int inside;

	/** By those inside. */
	private long used;

	private int indexOf(Position position) {
		int low = 0;
		int high = this.size - 1;
		// Nearly every ticket is added at the end.
		if (high >= 0 && position.isAfter(this.tickets[high].position())) {
			return -this.size - 1;
		}
		while (low <= high) {
			int middle = (low + high) >>> 1;
			int order = this.tickets[middle].position().compareTo(position);
			if (order == 0) {
				return middle;
			}
			if (order < 0) {
				low = middle + 1;
			}
			else {
				high = middle - 1;
			}
		}
		return -low - 1;
	}

	@Nullable Ticket at(Position position) {
		int index = indexOf(position);
		return (index >= 0) ? this.tickets[index] : null;
	}

	/** The first after a place, taken or not. */
	@Nullable Ticket after(Position place) {
		int index = indexOf(place);
		int next = (index >= 0) ? index + 1 : -index - 1;
		return (next < this.size) ? this.tickets[next] : null;
	}

	/** The last before a place, taken or not. */
	@Nullable Ticket before(Position place) {
		int index = indexOf(place);
		int last = ((index >= 0) ? index : -index - 1) - 1;
		return (last >= 0) ? this.tickets[last] : null;
	}

	/** Adds a ticket at a place that is free. */
	void add(Ticket ticket, Listener listener, TableChange change) {
		int index = -indexOf(ticket.position()) - 1;
		if (this.size == this.tickets.length) {
			this.tickets = Arrays.copyOf(this.tickets, 2 * this.size);
		}
		System.arraycopy(this.tickets, index, this.tickets, index + 1, this.size - index);
		this.tickets[index] = ticket;
		this.size++;
		if (index == this.inside) {
			extend(listener, change);
		}
		else if (index < this.inside) {
			insertedInside(index, listener, change);
		}
	}

	/**
	 * A ticket has come before some that were inside. Only while a table is rebuilt,
	 * which hears of the tickets of each session in turn.
	 */
	private void insertedInside(int index, Listener listener, TableChange change) {
		int before = this.inside;
		this.inside = 0;
		this.used = 0;
		while (fitsNext()) {
			this.used += this.tickets[this.inside++].share().units();
		}
		if (index < this.inside) {
			listener.entered(this.tickets[index], change);
		}
		for (int i = Math.max(this.inside, index + 1); i <= before; i++) {
			listener.left(this.tickets[i], change);
		}
	}

	/** Removes a ticket. What is behind the last one is never read. */
	@SuppressWarnings("NullAway")
	void remove(Position position, Listener listener, TableChange change) {
		int index = indexOf(position);
		if (index < 0) {
			return;
		}
		Ticket removed = this.tickets[index];
		boolean wasInside = index < this.inside;
		System.arraycopy(this.tickets, index + 1, this.tickets, index, this.size - index - 1);
		this.tickets[--this.size] = null;
		if (wasInside) {
			this.inside--;
			this.used -= removed.share().units();
		}
		extend(listener, change);
		if (wasInside) {
			// After the others, so that a session that stays inside never seems to leave.
			listener.left(removed, change);
		}
	}

	/** Puts a ticket that takes less in the place of what it was. */
	void lessen(Ticket ticket, Listener listener, TableChange change) {
		int index = indexOf(ticket.position());
		if (index >= 0) {
			if (index < this.inside) {
				this.used -= this.tickets[index].share().units() - ticket.share().units();
			}
			this.tickets[index] = ticket;
			extend(listener, change);
		}
	}

	private void extend(Listener listener, TableChange change) {
		while (fitsNext()) {
			Ticket next = this.tickets[this.inside++];
			this.used += next.share().units();
			listener.entered(next, change);
		}
	}

	private boolean fitsNext() {
		return this.inside < this.size && fitsInside(this.tickets[this.inside].share());
	}

	private boolean fitsInside(Share share) {
		return this.inside == 0 || (share.capacity() == this.tickets[0].share().capacity()
				&& this.used + share.units() <= share.capacity());
	}

	boolean isInside(Position position) {
		return this.inside > 0 && !position.isAfter(this.tickets[this.inside - 1].position()) && indexOf(position) >= 0;
	}

	@Nullable Ticket front() {
		return (this.size > 0) ? this.tickets[0] : null;
	}

	/** The first that is not inside. */
	@Nullable Ticket heir() {
		return (this.inside < this.size) ? this.tickets[this.inside] : null;
	}

	List<Ticket> all() {
		return List.of(Arrays.copyOf(this.tickets, this.size));
	}

	List<Ticket> inside() {
		return List.of(Arrays.copyOf(this.tickets, this.inside));
	}

	boolean isEmpty() {
		return this.size == 0;
	}

	/** Hears which tickets come to be inside, and which are not any more. */
	interface Listener {

		void entered(Ticket ticket, TableChange change);

		void left(Ticket ticket, TableChange change);

	}

}
