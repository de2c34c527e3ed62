package io.pulsarlock.shedlock;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import net.javacrumbs.shedlock.support.LockException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.ArgumentCaptor;
import org.mockito.Mockito;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;

/**
 * Tests what tasks of ShedLock meet when the cluster does not answer or a lock is lost.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockLossTests {

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 1);

	private final InMemoryNode node = this.cluster.node("node");

	private final PulsarLockProvider provider = new PulsarLockProvider(this.node);

	/** Runs the extensions of a KeepAliveLockProvider when the test says so. */
	private final ScheduledExecutorService scheduler = Mockito.mock(ScheduledExecutorService.class);

	private final ScheduledFuture<?> extensions = Mockito.mock(ScheduledFuture.class);

	@Test
	void outageIsAnExceptionAndNotABusyLock() {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			PulsarLockProvider provider = new PulsarLockProvider(cluster.node("node"));
			cluster.stop();
			assertThatExceptionOfType(LockException.class).isThrownBy(() -> provider.lock(digest()))
				.withMessageContaining("'digest'")
				.withCauseInstanceOf(LockUnavailableException.class);
		}
	}

	@Test
	void lockOfTheThreadItselfIsAMistakeAndNotBusy() {
		FencedLock lock = this.node.obtain("digest");
		lock.lock();
		assertThatExceptionOfType(LockException.class).isThrownBy(() -> this.provider.lock(digest()))
			.withMessageContaining("Remove @SchedulerLock");
		lock.unlock();
		assertThat(this.provider.lock(digest())).isPresent();
	}

	@Test
	void lockOfTheAnnotationIsThatOfTheSameName() {
		SimpleLock lock = this.provider.lock(digest()).orElseThrow();
		assertThat(this.node.obtain("digest").tryAcquire()).isEmpty();
		lock.unlock();
		assertThat(this.node.obtain("digest").tryAcquire()).isPresent();
		assertThat(this.provider.lock(digest())).isEmpty();
	}

	@Test
	void nameThatIsTooLongIsRefused() {
		LockConfiguration configuration = configuration("x".repeat(513), Duration.ofMinutes(1), Duration.ZERO);
		assertThatIllegalArgumentException().isThrownBy(() -> this.provider.lock(configuration))
			.withMessageContaining("512");
	}

	@Test
	void interruptedThreadGetsTheLockAndStaysInterrupted() {
		Thread.currentThread().interrupt();
		Optional<SimpleLock> lock = this.provider.lock(digest());
		assertThat(Thread.interrupted()).isTrue();
		assertThat(lock).isPresent();
	}

	@Test
	void lostLockIsReportedOnceAndNotExtended(CapturedOutput output) {
		SimpleLock lock = this.provider.lock(configuration("lost", Duration.ofMinutes(5), Duration.ZERO)).orElseThrow();
		this.cluster.lose("lost");
		await().untilAsserted(() -> assertThat(output).containsOnlyOnce("Lock 'lost' was lost (ENDED_BY_CLUSTER)"));
		assertThat(lock.extend(Duration.ofMinutes(1), Duration.ZERO)).isEmpty();
	}

	@Test
	void taskThatHasLostItsLockEndsWithoutAnException() {
		SimpleLock lock = this.provider.lock(configuration("digest", Duration.ofMinutes(1), Duration.ZERO))
			.orElseThrow();
		this.cluster.lose("digest");
		SimpleLock next = await()
			.until(() -> new PulsarLockProvider(this.cluster.node("other")).lock(digest()), Optional::isPresent)
			.orElseThrow();
		lock.unlock();
		assertThat(this.provider.lock(digest())).isEmpty();
		next.unlock();
	}

	@Test
	void atLeastForOutlivesTheNode() {
		PulsarLockProvider other = new PulsarLockProvider(this.cluster.node("other"));
		long begin = System.nanoTime();
		this.provider.lock(configuration("digest", Duration.ofMinutes(1), Duration.ofSeconds(2))).orElseThrow();
		this.node.close();
		assertThat(other.lock(digest())).isEmpty();
		await().until(() -> other.lock(digest()), Optional::isPresent);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
	}

	@Test
	void endOfAtLeastForIsNoLoss(CapturedOutput output) {
		List<LockEvent> losses = new CopyOnWriteArrayList<>();
		this.node.addListener((event) -> {
			if (event instanceof LockLost) {
				losses.add(event);
			}
		});
		LockConfiguration configuration = configuration("short", Duration.ofMillis(500), Duration.ofMillis(500));
		this.provider.lock(configuration).orElseThrow().unlock();
		assertThat(this.provider.lock(configuration)).isEmpty();
		await().until(() -> this.node.obtain("short").tryAcquire().isPresent());
		assertThat(output).doesNotContain("'short'");
		assertThat(losses).isEmpty();
	}

	@Test
	void keepAliveOutlivesAPassingOutage() {
		Runnable extension = keepAlive();
		this.cluster.stop();
		extension.run();
		extension.run();
		this.cluster.resume();
		assertThat(this.cluster.node("other").obtain("another").tryAcquire()).isPresent();
		extension.run();
		Mockito.verifyNoInteractions(this.extensions);
		assertThat(new PulsarLockProvider(this.cluster.node("other")).lock(digest())).isEmpty();
	}

	@Test
	void keepAliveEndsWithItsLock(CapturedOutput output) {
		Runnable extension = keepAlive();
		this.cluster.lose("digest");
		extension.run();
		Mockito.verify(this.extensions).cancel(false);
		assertThat(output).contains("Can't extend lock digest");
	}

	@Test
	void lockThatIsExtendedOutlivesItsLimit() throws Exception {
		SimpleLock lock = this.provider.lock(configuration("digest", Duration.ofSeconds(2), Duration.ZERO))
			.orElseThrow();
		for (int i = 0; i < 6; i++) {
			Thread.sleep(500);
			lock = lock.extend(Duration.ofSeconds(2), Duration.ZERO).orElseThrow();
		}
		assertThat(new PulsarLockProvider(this.cluster.node("other")).lock(digest())).isEmpty();
	}

	/**
	 * Acquires the lock.
	 * @return what the scheduler is to run from time to time
	 */
	private Runnable keepAlive() {
		Mockito.doReturn(this.extensions).when(this.scheduler).scheduleAtFixedRate(any(), anyLong(), anyLong(), any());
		assertThat(new KeepAliveLockProvider(this.provider, this.scheduler).lock(digest())).isPresent();
		ArgumentCaptor<Runnable> extension = ArgumentCaptor.forClass(Runnable.class);
		Mockito.verify(this.scheduler).scheduleAtFixedRate(extension.capture(), anyLong(), anyLong(), any());
		return extension.getValue();
	}

	private static LockConfiguration digest() {
		return configuration("digest", Duration.ofMinutes(5), Duration.ZERO);
	}

	private static LockConfiguration configuration(String name, Duration atMostFor, Duration atLeastFor) {
		return new LockConfiguration(Instant.now(), name, atMostFor, atLeastFor);
	}

}
