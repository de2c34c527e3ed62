package io.pulsarlock.comparison.peer;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * This project's locks and permits, configured as an application would: settings that
 * begin with {@code pulsar-lock.} are its properties.
 */
public final class PulsarLockPeer implements Peer {

	private final ConfigurableApplicationContext context;

	private final LockRegistry locks;

	private final String adminUrl;

	public PulsarLockPeer(Settings settings) {
		this.adminUrl = "http://" + settings.get("admin");
		this.context = start(settings, Application.class);
		this.locks = this.context.getBean(LockRegistry.class);
	}

	/**
	 * Starts an application that has locks.
	 * @param settings the address, and properties
	 * @param application its class
	 * @return the application, joined
	 */
	public static ConfigurableApplicationContext start(Settings settings, Class<?> application) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("spring.main.banner-mode", "off");
		properties.put("spring.pulsar.client.service-url", "pulsar://" + settings.address());
		properties.put("pulsar-lock.cluster", "comparison");
		properties.put("pulsar-lock.startup", "fail");
		properties.put("pulsar-lock.startup-timeout", "60s");
		properties.put("logging.level.root", "warn");
		properties.put("logging.level.org.apache.pulsar", "error");
		settings.values().forEach((name, value) -> {
			if (name.startsWith("pulsar-lock.")) {
				properties.put(name, value);
			}
		});
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.properties(properties)
			.run();
	}

	@Override
	public PeerLock lock(String name) {
		FencedLock lock = this.locks.obtain(name);
		return held(lock::acquire);
	}

	@Override
	public PeerLock readLock(String name) {
		FencedLock lock = this.locks.readWriteLock(name).readLock();
		return held(lock::acquire);
	}

	@Override
	public PeerLock writeLock(String name) {
		FencedLock lock = this.locks.readWriteLock(name).writeLock();
		return held(lock::acquire);
	}

	@Override
	public PeerLock permit(String name, int permits) {
		FencedSemaphore semaphore = this.locks.semaphore(name, permits);
		return held(semaphore::acquire);
	}

	private static PeerLock held(Acquire acquire) {
		return new PeerLock() {

			private @Nullable LockHandle held;

			@Override
			public boolean acquire(long millis) throws InterruptedException {
				try {
					this.held = acquire.within(Duration.ofMillis(millis));
					return true;
				}
				catch (LockBusyException ex) {
					return false;
				}
			}

			@Override
			public void release() {
				LockHandle held = this.held;
				if (held != null) {
					held.close();
				}
			}

		};
	}

	@Override
	public long objects() throws Exception {
		return PulsarPeer.topics(this.adminUrl);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** What locks and permits have in common. */
	private interface Acquire {

		LockHandle within(Duration waitFor) throws InterruptedException;

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
