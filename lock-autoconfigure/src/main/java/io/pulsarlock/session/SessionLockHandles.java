package io.pulsarlock.session;

import java.util.List;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.PrintedNames;

/**
 * Several holdings as one.
 */
final class SessionLockHandles implements LockHandles {

	private final List<LockHandle> held;

	SessionLockHandles(List<LockHandle> held) {
		this.held = List.copyOf(held);
	}

	@Override
	public List<LockHandle> all() {
		return this.held;
	}

	@Override
	public LockHandle get(String name) {
		return this.held.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"Lock '" + PrintedNames.lock(name) + "' is not among those acquired"));
	}

	@Override
	public boolean isHeld() {
		return this.held.stream().allMatch(LockHandle::isHeld);
	}

	@Override
	public void assertHeld() {
		this.held.forEach(LockHandle::assertHeld);
	}

	@Override
	public void close() {
		for (int i = this.held.size() - 1; i >= 0; i--) {
			this.held.get(i).close();
		}
	}

}
