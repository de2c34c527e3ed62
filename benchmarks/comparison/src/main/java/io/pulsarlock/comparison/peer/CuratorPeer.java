package io.pulsarlock.comparison.peer;

import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;

/** Curator's {@code InterProcessMutex}. */
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
		InterProcessMutex mutex = new InterProcessMutex(this.client, "/locks/" + name);
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
