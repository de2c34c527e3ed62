package io.pulsarlock.session;

import java.util.UUID;

import io.pulsarlock.LockAdministration;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.Position;

/**
 * What a person may do to the locks of a {@link SessionLockNode}.
 */
final class SessionAdministration implements LockAdministration {

	private final CurrentMembership current;

	SessionAdministration(CurrentMembership current) {
		this.current = current;
	}

	@Override
	public boolean releaseLock(String name) {
		Names.check(name, "lock");
		String key = SessionLock.key(name);
		Membership membership = this.current.get();
		return membership.takeAway(key, "Lock '" + PrintedNames.lock(name) + "'");
	}

	@Override
	public boolean resign(String group) {
		Names.check(group, "leader group");
		return this.current.get()
			.takeAway(SessionLeadership.key(group), "Leadership of group '" + PrintedNames.text(group) + "'");
	}

	@Override
	public boolean forgetFireTime(String group, String job) {
		Names.check(group, "leader group");
		Names.check(job, "job");
		String key = SessionLeadership.key(group);
		Membership membership = this.current.get();
		return membership.orderOfAll(membership.shard(key), (shard) -> shard.forget(key + ' ' + job));
	}

	@Override
	public boolean endRest(String name) {
		Names.check(name, "lock");
		String key = SessionLock.key(name);
		Membership membership = this.current.get();
		return membership.orderOfAll(membership.shard(key), (shard) -> shard.endRest(key));
	}

	@Override
	public void skipRecord(int shard, long ledgerId, long entryId) {
		Position position = new Position(ledgerId, entryId);
		if (!position.hasToken()) {
			throw new IllegalArgumentException("No record can be at " + position);
		}
		Membership membership = this.current.get();
		membership.order(membership.shard(shard), (any) -> {
			any.administration().skip(position);
			return true;
		});
	}

	@Override
	public boolean expelSession(String id) {
		UUID session;
		try {
			session = UUID.fromString(id);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
		return this.current.get().expel(session);
	}

}
