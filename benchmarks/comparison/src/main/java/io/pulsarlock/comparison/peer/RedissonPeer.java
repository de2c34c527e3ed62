package io.pulsarlock.comparison.peer;

import java.time.Duration;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson's {@code RLock}, its lease renewed by the watchdog. */
public final class RedissonPeer implements Peer {

	private final RedissonClient client;

	public RedissonPeer(Settings settings) {
		Config config = new Config();
		config.useSingleServer().setAddress("redis://" + settings.address());
		config.setLockWatchdogTimeout(settings.timeout().toMillis());
		this.client = Redisson.create(config);
	}

	@Override
	public PeerLock lock(String name) {
		return new JavaLock(this.client.getLock(name));
	}

	@Override
	public long objects() {
		return this.client.getKeys().count();
	}

	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO.toMillis(), Duration.ofSeconds(5).toMillis(),
				java.util.concurrent.TimeUnit.MILLISECONDS);
	}

}
