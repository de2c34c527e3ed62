package io.pulsarlock.comparison.peer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;

/** Locks of one JVM: what the harness itself costs. */
public final class ReentrantLockPeer implements Peer {

	private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

	public ReentrantLockPeer(Settings settings) {
	}

	@Override
	public PeerLock lock(String name) {
		return new JavaLock(this.locks.computeIfAbsent(name, (key) -> new ReentrantLock(true)));
	}

	@Override
	public void close() {
	}

}
