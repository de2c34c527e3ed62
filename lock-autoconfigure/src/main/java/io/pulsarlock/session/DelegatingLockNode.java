package io.pulsarlock.session;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedReadWriteLock;
import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.Registration;

/**
 * A node that stands in front of another one.
 *
 * @since 0.2.0
 */
public interface DelegatingLockNode extends LockNode {

	/**
	 * The node behind this one.
	 * @return the node, never null
	 */
	LockNode delegate();

	@Override
	default FencedLock obtain(String name) {
		return delegate().obtain(name);
	}

	@Override
	default FencedReadWriteLock readWriteLock(String name) {
		return delegate().readWriteLock(name);
	}

	@Override
	default FencedSemaphore semaphore(String name, int permits) {
		return delegate().semaphore(name, permits);
	}

	@Override
	default LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException {
		return delegate().acquireAll(names, waitFor);
	}

	@Override
	default Optional<LockGrant> heldByCurrentThread(String name) {
		return delegate().heldByCurrentThread(name);
	}

	@Override
	default String node() {
		return delegate().node();
	}

	@Override
	default Leadership leadership() {
		return delegate().leadership();
	}

	@Override
	default LockAdministration administration() {
		return delegate().administration();
	}

	@Override
	default LockMonitor monitor() {
		return delegate().monitor();
	}

	@Override
	default void awaitJoined(Duration limit) throws InterruptedException {
		delegate().awaitJoined(limit);
	}

	@Override
	default Registration addListener(LockListener listener) {
		return delegate().addListener(listener);
	}

	@Override
	default void close() {
		delegate().close();
	}

}
