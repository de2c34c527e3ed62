package io.pulsarlock.integration;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockKeys;
import io.pulsarlock.LockRegistry;

import org.springframework.integration.support.locks.DistributedLock;
import org.springframework.integration.support.locks.ExpirableLockRegistry;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/**
 * A lock registry of Spring Integration whose locks are those of a
 * {@link io.pulsarlock.LockRegistry}. The lock of a key has the name
 * {@code integration:key}, that of {@code locks.obtain("integration", key)}; another
 * region keeps keys of different things apart.
 * <p>
 * A lock needs no time to live: it lasts until it is unlocked, or until its node has
 * ended. With a time to live it is lost after that, and its holder can find out.
 * Unlocking a lock that was lost is a {@link ConcurrentModificationException}, as with
 * the registries for JDBC and Redis. An attempt whose outcome is unknown is an
 * {@link io.pulsarlock.LockUnavailableException}.
 * <p>
 * Locks that nobody uses cost nothing, so there is nothing to expire. Safe for use by any
 * number of threads.
 *
 * @since 0.2.0
 */
public final class PulsarLockRegistry
		implements ExpirableLockRegistry<DistributedLock>, RenewableLockRegistry<DistributedLock> {

	/** The region of a registry that is created without one. */
	public static final String DEFAULT_REGION = "integration";

	/** More than any readable key, and with a hash and the region less than a name. */
	private static final int LONGEST_KEY = 256;

	private final LockRegistry locks;

	private final String region;

	private final ThreadLocks threads = new ThreadLocks();

	/** By name, as long as the lock is in use: two calls give one object. */
	private final Map<String, WeakReference<DistributedLock>> cache = new WeakHashMap<>();

	/**
	 * Create a registry for the default region.
	 * @param locks has the locks; is not closed by this registry
	 */
	public PulsarLockRegistry(LockRegistry locks) {
		this(locks, DEFAULT_REGION);
	}

	/**
	 * Create a registry.
	 * @param locks has the locks; is not closed by this registry
	 * @param region what the names of its locks begin with, the same on all nodes and not
	 * blank
	 */
	public PulsarLockRegistry(LockRegistry locks, String region) {
		this.locks = Objects.requireNonNull(locks, "locks");
		this.region = Objects.requireNonNull(region, "region");
	}

	/**
	 * The lock of that key.
	 * @param lockKey a string, a number, a {@code UUID} or another value that
	 * {@link LockKeys} knows; a long one is shortened, with a hash of the whole
	 * @return the lock, the same object as long as it is in use
	 * @throws IllegalArgumentException if the key is blank or of another type
	 */
	@Override
	public DistributedLock obtain(Object lockKey) {
		String text = LockKeys.toText(lockKey);
		FencedLock lock = (text.length() > LONGEST_KEY) ? this.locks.obtain(this.region, shortened(text))
				: this.locks.obtain(this.region, lockKey);
		synchronized (this.cache) {
			WeakReference<DistributedLock> cached = this.cache.get(lock.name());
			DistributedLock found = (cached != null) ? cached.get() : null;
			if (found == null) {
				// The map keeps a key as long as its lock has it.
				this.cache.remove(lock.name());
				found = new PulsarDistributedLock(lock, this.threads);
				this.cache.put(lock.name(), new WeakReference<>(found));
			}
			return found;
		}
	}

	private static String shortened(String text) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return text.substring(0, LONGEST_KEY / 2) + '=' + HexFormat.of().formatHex(hash);
		}
		catch (NoSuchAlgorithmException ex) {
			// Every Java platform supports it.
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Begins the time to live of a lock anew. Does nothing if it has none.
	 * @param lockKey the key of a lock that the calling thread holds
	 * @throws IllegalMonitorStateException if this thread does not hold the lock
	 * @throws ConcurrentModificationException if the lock was lost
	 */
	@Override
	public void renewLock(Object lockKey) {
		((PulsarDistributedLock) obtain(lockKey)).renew(null);
	}

	/**
	 * Sets the time to live of a lock anew, counted from this call.
	 * @param lockKey the key of a lock that the calling thread holds
	 * @param ttl the longest hold from now on, positive
	 * @throws IllegalMonitorStateException if this thread does not hold the lock
	 * @throws ConcurrentModificationException if the lock was lost
	 */
	@Override
	public void renewLock(Object lockKey, Duration ttl) {
		((PulsarDistributedLock) obtain(lockKey)).renew(ttl);
	}

	/**
	 * Does nothing: a lock that is not in use is forgotten by itself.
	 * @param age ignored
	 */
	@Override
	public void expireUnusedOlderThan(long age) {
	}

	/** How many locks are in use, as far as the garbage collector has told. */
	int cached() {
		synchronized (this.cache) {
			return this.cache.size();
		}
	}

	@Override
	public String toString() {
		return "locks of " + this.locks + " in region '" + this.region + "'";
	}

}
