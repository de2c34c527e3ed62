package io.pulsarlock.starter.migration;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that the release between two libraries, which takes the new lock and then the old
 * one, runs beside neither the release before it nor the one after it.
 */
class BothLocksTests {

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 2);

	private final InMemoryNode node = this.cluster.node("second release");

	/** Takes the new lock only. */
	private final InMemoryNode third = this.cluster.node("third release");

	private final AtomicBoolean shedLockTaken = new AtomicBoolean();

	private final LockProvider shedLock = (lock) -> this.shedLockTaken.compareAndSet(false, true)
			? Optional.of(() -> this.shedLockTaken.set(false)) : Optional.empty();

	private final ReentrantLock old = new ReentrantLock();

	private final Calls calls = new Calls();

	private final BothLocks code = new BothLocks(this.node, (key) -> this.old, this.calls);

	private final ApplicationContextRunner runner = NodeContexts.of(this.node)
		.withBean(LockProvider.class, () -> this.shedLock)
		.withBean(BothLocks.class, () -> this.code)
		.withUserConfiguration(ShedLockConfiguration.class);

	/** What the first release takes. */
	private Optional<SimpleLock> shedLock() {
		return this.shedLock
			.lock(new LockConfiguration(Instant.now(), "digest", Duration.ofMinutes(30), Duration.ZERO));
	}

	@Test
	void annotatedJobHoldsBothLocks() {
		List<String> free = new CopyOnWriteArrayList<>();
		this.calls.during = () -> {
			shedLock().ifPresent((lock) -> free.add("old"));
			this.third.obtain("digest").tryAcquire().ifPresent((lock) -> free.add("new"));
		};
		this.runner.run((context) -> {
			context.getBean(BothLocks.class).sendDigest();
			assertThat(this.calls.made).containsExactly("ofYesterday", "send");
			assertThat(free).isEmpty();
		});
	}

	@Test
	void annotatedJobIsSkippedWhileTheFirstReleaseRunsIt() {
		assertThat(shedLock()).isPresent();
		this.runner.run((context) -> {
			context.getBean(BothLocks.class).sendDigest();
			assertThat(this.calls.made).isEmpty();
		});
	}

	@Test
	void annotatedJobIsSkippedWhileTheThirdReleaseRunsItAndLeavesTheOldLockAlone() throws Exception {
		try (LockHandle held = this.third.obtain("digest").acquire(Duration.ZERO)) {
			this.runner.run((context) -> {
				context.getBean(BothLocks.class).sendDigest();
				assertThat(this.calls.made).isEmpty();
				// The new lock is the outer one: the old one, with its time limit, was
				// not taken.
				assertThat(shedLock()).isPresent();
			});
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void callIsMadeWithBothLocksAndReleasesBoth() throws Exception {
		List<String> free = new CopyOnWriteArrayList<>();
		this.calls.during = () -> {
			if (onAnotherThread(this.old::tryLock)) {
				free.add("old");
			}
			this.third.obtain("stock", "17").tryAcquire().ifPresent((lock) -> free.add("new"));
		};
		this.code.save("17");
		assertThat(this.calls.made).containsExactly("save");
		assertThat(free).isEmpty();
		assertThat(this.old.isLocked()).isFalse();
		await().until(() -> this.third.obtain("stock", "17").tryAcquire().isPresent());
	}

	@Test
	void callIsNotMadeWhileTheFirstReleaseHasTheOldLock() throws Exception {
		assertThat(onAnotherThread(this.old::tryLock)).isTrue();
		this.code.save("17");
		assertThat(this.calls.made).isEmpty();
		await().until(() -> this.third.obtain("stock", "17").tryAcquire().isPresent());
	}

	@Test
	void callIsNotMadeWhileTheThirdReleaseHasTheNewLock() throws Exception {
		try (LockHandle held = this.third.obtain("stock", "17").acquire(Duration.ZERO)) {
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> this.code.save("17"));
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.calls.made).isEmpty();
	}

	private static boolean onAnotherThread(BooleanSupplier action) {
		return CompletableFuture.supplyAsync(action::getAsBoolean).join();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableSchedulerLock(defaultLockAtMostFor = "10m")
	static class ShedLockConfiguration {

	}

}
