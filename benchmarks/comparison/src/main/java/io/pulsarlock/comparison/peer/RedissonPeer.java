package io.pulsarlock.comparison.peer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * Redisson's {@code RLock} and {@code RReadWriteLock}, their leases renewed by the
 * watchdog, and its {@code RPermitExpirableSemaphore}, whose leases are not. The permits
 * of its {@code RSemaphore} are lost for ever with their holder.
 */
public final class RedissonPeer implements Peer {

	private final RedissonClient client;

	private final long timeout;

	public RedissonPeer(Settings settings) {
		this.timeout = settings.timeout().toMillis();
		Config config = new Config();
		config.useSingleServer().setAddress("redis://" + settings.address());
		config.setLockWatchdogTimeout(this.timeout);
		this.client = Redisson.create(config);
	}

	@Override
	public PeerLock lock(String name) {
		return new JavaLock(this.client.getLock(name));
	}

	@Override
	public PeerLock readLock(String name) {
		return new JavaLock(this.client.getReadWriteLock(name).readLock());
	}

	@Override
	public PeerLock writeLock(String name) {
		return new JavaLock(this.client.getReadWriteLock(name).writeLock());
	}

	@Override
	public PeerLock permit(String name, int permits) {
		RPermitExpirableSemaphore semaphore = this.client.getPermitExpirableSemaphore(name);
		semaphore.trySetPermits(permits);
		long lease = this.timeout;
		return new PeerLock() {

			private @Nullable String held;

			@Override
			public boolean acquire(long millis) throws InterruptedException {
				this.held = semaphore.tryAcquire(millis, lease, TimeUnit.MILLISECONDS);
				return this.held != null;
			}

			@Override
			public void release() {
				semaphore.release(this.held);
			}

		};
	}

	@Override
	public long objects() {
		return this.client.getKeys().count();
	}

	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO.toMillis(), Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS);
	}

}
