package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link LeaderOnly#waitFor()}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeaderOnlyWaitTests {

	private static final Duration WAIT = Duration.ofSeconds(60);

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void callWaitsUntilItIsKnownThatThisNodeLeads() {
		this.cluster.stop();
		with("60s", (node, bean) -> {
			CompletableFuture<@Nullable String> plain = CompletableFuture.supplyAsync(bean::job);
			CompletableFuture<String> reactive = bean.mono().toFuture();
			CompletableFuture<@Nullable String> unwaited = CompletableFuture.supplyAsync(bean::unwaited);
			assertThat(unwaited).succeedsWithin(WAIT).isNull();
			this.cluster.resume();
			assertThat(plain).succeedsWithin(WAIT).isEqualTo("ran");
			assertThat(reactive).succeedsWithin(WAIT).isEqualTo("ran");
		});
	}

	@Test
	void callIsSkippedAtOnceWhenAnotherNodeIsKnownToLead() {
		InMemoryNode other = this.cluster.node("other");
		await().until(other.leadership().group("jobs")::isLeader);
		with("1000d", (node, bean) -> {
			assertThat(bean.job()).isNull();
			StepVerifier.create(bean.mono()).expectComplete().verify(WAIT);
			assertThat(other.leadership().group("jobs").isLeader()).isTrue();
		});
	}

	@Test
	void leaderThatHasDiedIsOutwaited() {
		InMemoryNode other = this.cluster.node("other");
		await().until(other.leadership().group("jobs")::isLeader);
		other.disconnect();
		with("60s", (node, bean) -> assertThat(bean.job()).isEqualTo("ran"));
	}

	@Test
	void callThatNeverGetsToKnowIsSkippedAndSaysSoOnce(CapturedOutput output) {
		this.cluster.stop();
		with("10ms", (node, bean) -> {
			assertThat(bean.job()).isNull();
			assertThat(bean.job()).isNull();
			assertThat(output.toString()).containsOnlyOnce("Skipped")
				.contains("after 10ms the leader of group 'jobs' is not known");
			StepVerifier.create(bean.mono()).verifyComplete();
			this.cluster.resume();
			await().untilAsserted(() -> assertThat(bean.job()).isEqualTo("ran"));
		});
	}

	@Test
	void waitCanBeInterrupted() {
		this.cluster.stop();
		with("60s", (node, bean) -> {
			AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
			Thread caller = new Thread(() -> {
				try {
					bean.job();
				}
				catch (Throwable ex) {
					thrown.set(ex);
				}
			});
			caller.start();
			caller.interrupt();
			try {
				Guarded.join(caller);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			assertThat(thrown.get()).isInstanceOf(CancellationException.class)
				.hasCauseInstanceOf(InterruptedException.class);
		});
	}

	@Test
	void wrongTimeFailsTheStart() {
		runner("-1s").run((context) -> assertThat(AnnotationValidationTests.find(context.getStartupFailure()))
			.hasMessageContaining("its waitFor \"-1s\" is negative"));
		runner("soon").run((context) -> assertThat(AnnotationValidationTests.find(context.getStartupFailure()))
			.hasMessageContaining("its waitFor \"soon\" is not a duration"));
	}

	private ApplicationContextRunner runner(String waitFor) {
		return Guarded.on(this.cluster, "node")
			.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
			.withPropertyValues("jobs.wait=" + waitFor)
			.withBean(Jobs.class);
	}

	private void with(String waitFor, BiConsumer<InMemoryNode, Jobs> test) {
		InMemoryNode node = this.cluster.node("node");
		runner(waitFor).run((context) -> test.accept(node, context.getBean(Jobs.class)));
	}

	static class Jobs {

		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait}")
		@Nullable String job() {
			return "ran";
		}

		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait}")
		Mono<String> mono() {
			return Mono.just("ran");
		}

		@LeaderOnly("jobs")
		@Nullable String unwaited() {
			return "ran";
		}

	}

}
