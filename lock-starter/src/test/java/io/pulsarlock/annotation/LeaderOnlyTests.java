package io.pulsarlock.annotation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockLostException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.support.CronExpression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests the effect of {@link LeaderOnly} on calls.
 */
class LeaderOnlyTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void onlyTheLeaderRunsIt() {
		with((bean) -> {
			lead(this.other, "jobs");
			assertThat(bean.job()).isNull();
			assertThat(bean.optional()).isEmpty();
			assertThat(bean.stage().join()).isNull();
			StepVerifier.create(bean.mono()).verifyComplete();
			this.other.close();
			await().untilAsserted(() -> assertThat(bean.job()).isEqualTo("jobs"));
			assertThat(bean.optional()).contains("jobs");
			assertThat(bean.stage().join()).isEqualTo("jobs");
			StepVerifier.create(bean.mono()).expectNext("jobs").verifyComplete();
		});
	}

	@Test
	void groupWithoutANameIsThatOfTheApplication() {
		with((bean) -> await().untilAsserted(() -> assertThat(bean.unnamed()).isEqualTo("application")));
	}

	@Test
	void leadershipIsLookedAtBeforeTheLock() {
		with((bean) -> {
			await().untilAsserted(() -> assertThat(bean.both()).isEqualTo("inner, outer jobs"));
			lead(this.node, "jobs");
			// Other nodes learn of it a moment later.
			assertThat(this.other.obtain("inner").acquireAsync(Duration.ofSeconds(5)))
				.succeedsWithin(Duration.ofSeconds(10));
		});
	}

	@Test
	void lostLeadershipEndsTheRun() {
		with((bean) -> {
			lead(this.node, "jobs");
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<@Nullable Object> outcome = CompletableFuture.supplyAsync(() -> bean.endless(entered));
			try {
				assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.node.loseLeadership("jobs");
			assertThat(outcome).failsWithin(5, TimeUnit.SECONDS)
				.withThrowableThat()
				.withCauseInstanceOf(LockLostException.class);
		});
	}

	@Test
	void fireTimeIsBegunOnce() {
		with((bean) -> {
			lead(this.node, "jobs");
			assertThat(bean.yearly()).isNotNull();
			assertThat(bean.yearly()).isNull();
			// The next leader knows.
			LeaderGroup theirs = this.other.leadership().group("jobs");
			await().until(() -> theirs.participants().size() == 2);
			this.node.leadership().group("jobs").resign();
			lead(this.other, "jobs");
			Guarded.on(this.cluster, "other").withBean(Jobs.class).run((context) -> {
				assertThat(context.getBean(Jobs.class).job()).isNotNull();
				assertThat(context.getBean(Jobs.class).yearly()).isNull();
			});
		});
	}

	@Test
	void eachBeanOfAClassIsAJobOfItsOwn() {
		lead(this.node, "jobs");
		Guarded.on(this.cluster, "node")
			.withBean("first", Jobs.class, Jobs::new)
			.withBean("second", Jobs.class, Jobs::new)
			.run((context) -> {
				Jobs first = context.getBean("first", Jobs.class);
				Jobs second = context.getBean("second", Jobs.class);
				assertThat(first.yearly()).isNotNull();
				assertThat(second.yearly()).isNotNull();
				assertThat(first.yearly()).isNull();
				assertThat(second.yearly()).isNull();
			});
	}

	@Test
	void fireTimeOfACallIsTheLatestBeforeIt() {
		FireTimes times = new FireTimes("job",
				List.of(new FireTimes.Calendar(CronExpression.parse("0 0 6 * * *"), ZoneId.of("Europe/Berlin")),
						new FireTimes.Calendar(CronExpression.parse("0 30 12 * * MON"), ZoneId.of("UTC"))));
		assertThat(times.latest(Instant.parse("2026-01-15T05:00:00.020Z"))).isEqualTo("2026-01-15T05:00:00Z");
		assertThat(times.latest(Instant.parse("2026-01-15T04:59:59.980Z"))).isEqualTo("2026-01-15T05:00:00Z");
		assertThat(times.latest(Instant.parse("2026-01-15T04:59:59.900Z"))).isEqualTo("2026-01-14T05:00:00Z");
		assertThat(times.latest(Instant.parse("2026-01-12T14:00:00Z"))).isEqualTo("2026-01-12T12:30:00Z");
		FireTimes rare = new FireTimes("job",
				List.of(new FireTimes.Calendar(CronExpression.parse("0 0 0 29 2 *"), ZoneId.of("UTC"))));
		assertThat(rare.latest(Instant.parse("2026-07-01T00:00:00Z"))).isEqualTo("2024-02-29T00:00:00Z");
	}

	private static void lead(InMemoryNode node, String group) {
		await().until(node.leadership().group(group)::isLeader);
	}

	private void with(Consumer<Jobs> test) {
		Guarded.on(this.cluster, "node")
			.withBean(Jobs.class)
			.run((context) -> test.accept(context.getBean(Jobs.class)));
	}

	static class Jobs {

		@LeaderOnly("jobs")
		@Nullable String job() {
			LockAssert.assertLeader("jobs");
			return LockContext.current().name();
		}

		@LeaderOnly("jobs")
		Optional<String> optional() {
			return Optional.of("jobs");
		}

		@LeaderOnly("jobs")
		CompletableFuture<String> stage() {
			return CompletableFuture.completedFuture("jobs");
		}

		@LeaderOnly("jobs")
		Mono<String> mono() {
			return Mono.just("jobs");
		}

		@LeaderOnly
		@Nullable String unnamed() {
			return LockContext.current().name();
		}

		@DistributedLock("inner")
		@LeaderOnly("jobs")
		@Nullable String both() {
			LockAssert.assertLeader("jobs");
			LockAssert.assertHeld("inner");
			return LockContext.current().name() + ", outer jobs";
		}

		@LeaderOnly("jobs")
		@Nullable String endless(CountDownLatch entered) {
			entered.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return "";
		}

		@Scheduled(cron = "0 0 0 1 1 *")
		@LeaderOnly(group = "jobs", oncePerFireTime = true)
		@Nullable String yearly() {
			return "once";
		}

	}

}
