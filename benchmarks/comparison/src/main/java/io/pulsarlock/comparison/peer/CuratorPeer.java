package io.pulsarlock.comparison.peer;

import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.jspecify.annotations.Nullable;

/**
 * Curator's {@code InterProcessMutex}, {@code InterProcessReadWriteLock} and
 * {@code InterProcessSemaphoreV2}.
 */
public final class CuratorPeer implements Peer {

	private final CuratorFramework client;

	public CuratorPeer(Settings settings) throws InterruptedException {
		this.client = CuratorFrameworkFactory.builder()
			.connectString(settings.address())
			.sessionTimeoutMs((int) settings.timeout().toMillis())
			.connectionTimeoutMs(5000)
			.retryPolicy(new ExponentialBackoffRetry(100, 3))
			.build();
		this.client.start();
		this.client.blockUntilConnected();
	}

	@Override
	public PeerLock lock(String name) {
		return lock(new InterProcessMutex(this.client, "/locks/" + name));
	}

	@Override
	public PeerLock readLock(String name) {
		return lock(new InterProcessReadWriteLock(this.client, "/locks/" + name).readLock());
	}

	@Override
	public PeerLock writeLock(String name) {
		return lock(new InterProcessReadWriteLock(this.client, "/locks/" + name).writeLock());
	}

	@Override
	public PeerLock permit(String name, int permits) {
		InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(this.client, "/locks/" + name, permits);
		return new PeerLock() {

			private @Nullable Lease held;

			@Override
			public boolean acquire(long millis) throws Exception {
				this.held = semaphore.acquire(millis, TimeUnit.MILLISECONDS);
				return this.held != null;
			}

			@Override
			public void release() {
				semaphore.returnLease(this.held);
			}

		};
	}

	private static PeerLock lock(InterProcessMutex mutex) {
		return new PeerLock() {

			@Override
			public boolean acquire(long millis) throws Exception {
				return mutex.acquire(millis, TimeUnit.MILLISECONDS);
			}

			@Override
			public void release() throws Exception {
				mutex.release();
			}

		};
	}

	@Override
	public long objects() throws Exception {
		return this.client.getZookeeperClient().getZooKeeper().getAllChildrenNumber("/");
	}

	@Override
	public void close() {
		this.client.close();
	}

}
