package io.pulsarlock.session;

import java.util.List;

import io.pulsarlock.Held;
import io.pulsarlock.HeldLocks;

/**
 * Several holdings as one.
 */
final class SessionHeldLocks implements HeldLocks {

	private final List<Held> held;

	SessionHeldLocks(List<Held> held) {
		this.held = List.copyOf(held);
	}

	@Override
	public List<Held> all() {
		return this.held;
	}

	@Override
	public Held get(String name) {
		return this.held.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("Lock '" + name + "' is not among those acquired"));
	}

	@Override
	public boolean isHeld() {
		return this.held.stream().allMatch(Held::isHeld);
	}

	@Override
	public void assertHeld() {
		this.held.forEach(Held::assertHeld);
	}

	@Override
	public void close() {
		for (int i = this.held.size() - 1; i >= 0; i--) {
			this.held.get(i).close();
		}
	}

}
