package io.pulsarlock.shedlock;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.TestPulsar;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * The contract of ShedLock's own tests for providers, which are not published, on a real
 * broker. What it asserts of a table is asserted here of another node.
 */
class PulsarLockProviderTests {

	private static LockNode node;

	private static LockNode other;

	private final String name = "job-" + UUID.randomUUID();

	private final ExtensibleLockProvider provider = new PulsarLockProvider(node);

	@BeforeAll
	static void connect() throws Exception {
		String cluster = "shedlock-" + UUID.randomUUID();
		node = connect(cluster, "node");
		other = connect(cluster, "other");
	}

	private static LockNode connect(String cluster, String name) throws Exception {
		LockNode node = PulsarLocks.at(TestPulsar.shared().serviceUrl())
			.cluster(cluster)
			.node(name)
			.shards(2)
			// Times that outlast the stalls of a busy machine.
			.times(Duration.ofSeconds(30), Duration.ofSeconds(20))
			.connect();
		node.awaitJoined(Duration.ofSeconds(60));
		return node;
	}

	@AfterAll
	static void close() {
		node.close();
		other.close();
	}

	@Test
	void createsLock() {
		SimpleLock lock = lock(Duration.ofMinutes(5));
		lock.unlock();
		assertUnlocked();
	}

	@Test
	void doesNotReturnSecondLock() {
		SimpleLock lock = lock(Duration.ofMinutes(5));
		assertThat(tryLock(Duration.ofMinutes(5), Duration.ZERO)).isEmpty();
		lock.unlock();
	}

	@Test
	void createsTwoIndependentLocks() {
		SimpleLock lock = lock(Duration.ofMinutes(5));
		Optional<SimpleLock> second = this.provider
			.lock(new LockConfiguration(Instant.now(), this.name + "-2", Duration.ofMinutes(5), Duration.ZERO));
		assertThat(second).isPresent();
		lock.unlock();
		second.get().unlock();
	}

	@Test
	void locksTwiceInARow() {
		// No other node asks in between: a place that it has just left may still be seen.
		tryLock(Duration.ofMinutes(5), Duration.ZERO).orElseThrow().unlock();
		tryLock(Duration.ofMinutes(5), Duration.ZERO).orElseThrow().unlock();
	}

	@Test
	void locksRightAfterUnlock() {
		for (int i = 0; i < 10; i++) {
			SimpleLock lock = tryLock(Duration.ofMinutes(5), Duration.ZERO).orElseThrow();
			assertThat(tryLock(Duration.ofMinutes(5), Duration.ZERO)).isEmpty();
			lock.unlock();
		}
	}

	@Test
	void timesOut() {
		SimpleLock lock = tryLock(Duration.ofMillis(50), Duration.ZERO).orElseThrow();
		assertUnlocked();
		SimpleLock next = awaitLock(this.provider);
		// It does not release the lock of the next holder.
		lock.unlock();
		assertLocked();
		next.unlock();
	}

	@Test
	void locksAtLeastFor() {
		long begin = System.nanoTime();
		tryLock(Duration.ofSeconds(4), Duration.ofSeconds(2)).orElseThrow().unlock();
		assertThat(tryLock(Duration.ofMinutes(5), Duration.ZERO)).isEmpty();
		assertLocked();
		awaitLock(this.provider).unlock();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
	}

	@Test
	void locksAtLeastForAsLongAsAtMostFor() {
		long begin = System.nanoTime();
		tryLock(Duration.ofSeconds(1), Duration.ofSeconds(1)).orElseThrow().unlock();
		assertLocked();
		awaitLock(this.provider).unlock();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
	}

	@Test
	void extendsLock() throws Exception {
		SimpleLock lock = extend(lock(Duration.ofSeconds(2)));
		Thread.sleep(2000);
		assertLocked();
		lock.unlock();
		assertUnlocked();
	}

	@Test
	void extendsLockMultipleTimes() throws Exception {
		SimpleLock lock = extend(extend(extend(lock(Duration.ofSeconds(2)))));
		Thread.sleep(2000);
		assertLocked();
		lock.unlock();
		assertUnlocked();
	}

	@Test
	void extendsLockAtLeastFor() {
		SimpleLock lock = lock(Duration.ofSeconds(10));
		lock.extend(Duration.ofSeconds(10), Duration.ofSeconds(9)).orElseThrow().unlock();
		assertLocked();
	}

	@Test
	void doesNotExtendUnlockedLock() {
		SimpleLock lock = lock(Duration.ofSeconds(2));
		lock.unlock();
		assertUnlocked();
		assertInvalid(() -> lock.extend(Duration.ofSeconds(10), Duration.ZERO));
	}

	@Test
	void doesNotExtendExpiredLock() throws Exception {
		SimpleLock lock = tryLock(Duration.ofMillis(2), Duration.ZERO).orElseThrow();
		Thread.sleep(4);
		assertThat(lock.extend(Duration.ofSeconds(10), Duration.ZERO)).isEmpty();
		assertUnlocked();
	}

	@Test
	void doesNotExtendLockTwice() {
		SimpleLock lock = lock(Duration.ofSeconds(10));
		SimpleLock extended = extend(lock);
		assertInvalid(() -> lock.extend(Duration.ofSeconds(10), Duration.ofSeconds(9)));
		extended.unlock();
	}

	@Test
	void doesNotUnlockAfterExtending() {
		SimpleLock lock = lock(Duration.ofSeconds(10));
		SimpleLock extended = extend(lock);
		assertInvalid(lock::unlock);
		assertLocked();
		extended.unlock();
	}

	@Test
	void doesNotUnlockTwice() {
		SimpleLock lock = lock(Duration.ofSeconds(10));
		lock.unlock();
		assertInvalid(lock::unlock);
	}

	@Test
	void fuzzOnOneNode() throws Exception {
		new LockFuzz(this.provider).run();
	}

	@Test
	void fuzzOnTwoNodes() throws Exception {
		new LockFuzz(this.provider, new PulsarLockProvider(other)).run();
	}

	@Test
	void lockWithoutTimeIsFreeAtOnce() {
		tryLock(Duration.ZERO, Duration.ZERO).orElseThrow();
		assertUnlocked();
	}

	private Optional<SimpleLock> tryLock(Duration atMostFor, Duration atLeastFor) {
		// The time of creation is of no account: clocks differ.
		return this.provider.lock(new LockConfiguration(Instant.EPOCH, this.name, atMostFor, atLeastFor));
	}

	private SimpleLock lock(Duration atMostFor) {
		Optional<SimpleLock> lock = tryLock(atMostFor, Duration.ZERO);
		assertThat(lock).isPresent();
		assertLocked();
		return lock.get();
	}

	private SimpleLock awaitLock(ExtensibleLockProvider provider) {
		LockConfiguration configuration = new LockConfiguration(Instant.now(), this.name, Duration.ofMinutes(5),
				Duration.ZERO);
		return await().until(() -> provider.lock(configuration), Optional::isPresent).orElseThrow();
	}

	private static SimpleLock extend(SimpleLock lock) {
		Optional<SimpleLock> extended = lock.extend(Duration.ofSeconds(10), Duration.ZERO);
		assertThat(extended).isPresent();
		return extended.get();
	}

	private void assertLocked() {
		assertThat(new PulsarLockProvider(other)
			.lock(new LockConfiguration(Instant.now(), this.name, Duration.ofMinutes(5), Duration.ZERO))).isEmpty();
	}

	/** Takes a message's time to reach the other node. */
	private void assertUnlocked() {
		awaitLock(new PulsarLockProvider(other)).unlock();
		await().untilAsserted(() -> assertThat(tryLock(Duration.ofMinutes(5), Duration.ZERO)).isPresent()
			.hasValueSatisfying(SimpleLock::unlock));
	}

	private static void assertInvalid(ThrowingCallable call) {
		assertThatIllegalStateException().isThrownBy(call);
	}

}
