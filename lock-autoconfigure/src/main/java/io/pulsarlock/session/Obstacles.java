package io.pulsarlock.session;

import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a share of a lock from a caller of this node. On the loop.
 */
final class Obstacles {

	private Obstacles() {
	}

	/**
	 * Whether the lock is held or awaited, so that a share of it cannot be had without
	 * waiting for a caller. What is only kept, or about to be given up here, is no
	 * obstacle.
	 * @param front the first ticket that is not known to be gone
	 * @param place the place of a ticket for the share; null if there is none yet
	 */
	static boolean isTaken(Session session, Ticket front, Share share, @Nullable Position place) {
		LineTable table = session.table();
		UUID own = session.id();
		long used = 0;
		for (Ticket ticket : table.line(front.lock())) {
			if (place != null && !place.isAfter(ticket.position())) {
				break;
			}
			if (front.position().isAfter(ticket.position())) {
				continue;
			}
			boolean leaving = ticket.session().equals(own) ? session.isReleasing(ticket.number())
					: table.isIdle(ticket);
			if (!leaving && used == 0 && ticket.share().capacity() != share.capacity()) {
				// A request will tell why not.
				return false;
			}
			used += leaving ? 0 : ticket.share().units();
		}
		return used > 0 && used + share.units() > share.capacity();
	}

	/**
	 * Why a ticket that has just come never fits with the one in front.
	 * @return null if the two name the same capacity
	 */
	static @Nullable LockConfigurationException disagreement(Session session, String key, String name, Share share) {
		LineTable table = session.table();
		Ticket front = table.front(key);
		if (front == null || front.share().capacity() == share.capacity() || table.isIdle(front)) {
			return null;
		}
		return new LockConfigurationException("Lock '" + PrintedNames.lock(name) + "' was requested " + text(share)
				+ ", but it is held or awaited " + text(front.share()) + " by node '"
				+ Peers.printedNode(table.session(front.session()))
				+ "': all callers of one name must use it in the same way, with the same number of permits. Change one of"
				+ " them, or use another name; when no caller has or awaits it, it can be used in another way");
	}

	private static String text(Share share) {
		if (share.isPermits()) {
			return "as a semaphore of " + share.capacity() + " permits";
		}
		return share.isExclusive() ? "as an exclusive lock" : "as a shared lock";
	}

}
