package io.pulsarlock.integration;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.integration.leader.AbstractCandidate;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.event.LeaderEventPublisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Asserts what Spring Integration's own tests assert of leader initiators, and what they
 * could be told later.
 */
@ExtendWith(OutputCaptureExtension.class)
class PulsarLeaderInitiatorTests {

	// Times that outlast the stalls of a busy machine.
	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create(Duration.ofSeconds(30),
			Duration.ofSeconds(20), 1);

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	private final String role = "role-" + UUID.randomUUID();

	private final Told told = new Told();

	private final Told otherTold = new Told();

	private final PulsarLeaderInitiator initiator = initiator(this.node, this.told);

	private final PulsarLeaderInitiator another = initiator(this.other, this.otherTold);

	private PulsarLeaderInitiator initiator(InMemoryNode node, Told told) {
		PulsarLeaderInitiator initiator = new PulsarLeaderInitiator(node.leadership(), told.candidate(this.role));
		initiator.setLeaderEventPublisher(told);
		return initiator;
	}

	@AfterEach
	void stop() {
		this.initiator.destroy();
		this.another.destroy();
	}

	@Test
	void startsAndStops() {
		assertThat(this.initiator.isRunning()).isFalse();
		assertThat(this.initiator.getContext().isLeader()).isFalse();
		this.initiator.start();
		this.initiator.start();
		assertThat(this.initiator.isRunning()).isTrue();
		this.told.await("onGranted", "granted");
		assertThat(this.initiator.getContext().isLeader()).isTrue();
		assertThat(this.initiator.getContext().getRole()).isEqualTo(this.role);
		this.initiator.stop();
		assertThat(this.initiator.isRunning()).isFalse();
		assertThat(this.initiator.getContext().isLeader()).isFalse();
		this.told.await("onGranted", "granted", "onRevoked", "revoked");
		assertThat(this.node.leadership().groups()).isEmpty();
		this.initiator.start();
		this.told.await("onGranted", "granted", "onRevoked", "revoked", "onGranted", "granted");
	}

	@Test
	void stopCallsBackWhenTheCandidateHasBeenToldOfTheRevocation() throws Exception {
		CountDownLatch stopped = new CountDownLatch(1);
		this.initiator.stop(stopped::countDown);
		assertThat(stopped.await(0, TimeUnit.SECONDS)).isTrue();
		this.initiator.start();
		this.told.await("onGranted", "granted");
		List<List<String>> before = new CopyOnWriteArrayList<>();
		this.initiator.stop(() -> before.add(List.copyOf(this.told.all)));
		await().until(() -> !before.isEmpty());
		assertThat(before).containsExactly(List.of("onGranted", "granted", "onRevoked", "revoked"));
	}

	@Test
	void yieldsToAnother() {
		this.initiator.start();
		this.told.await("onGranted", "granted");
		this.another.start();
		await().until(() -> group(this.other).participants().size() == 2);
		this.initiator.getContext().yield();
		this.told.await("onGranted", "granted", "onRevoked", "revoked");
		this.otherTold.await("onGranted", "granted");
		assertThat(this.initiator.getContext().isLeader()).isFalse();
		this.another.getContext().yield();
		this.told.await("onGranted", "granted", "onRevoked", "revoked", "onGranted", "granted");
	}

	@Test
	void anotherLeadsAfterTheStop() {
		this.initiator.start();
		this.told.await("onGranted", "granted");
		this.another.start();
		this.initiator.stop();
		this.otherTold.await("onGranted", "granted");
		assertThat(this.another.getContext().isLeader()).isTrue();
	}

	@Test
	void failureToLeadIsPublishedOnceForEachCampaign() {
		this.another.setPublishFailedEvents(true);
		this.initiator.start();
		this.told.await("onGranted", "granted");
		this.another.start();
		this.otherTold.await("failed");
		this.initiator.stop();
		this.otherTold.await("failed", "onGranted", "granted");
		this.initiator.start();
		await().until(() -> group(this.node).participants().size() == 2);
		this.another.getContext().yield();
		this.otherTold.await("failed", "onGranted", "granted", "onRevoked", "revoked", "failed");
	}

	@Test
	void failureOfAPublisherEndsNoLeadership(CapturedOutput output) {
		this.told.failing = "granted";
		this.initiator.start();
		await().untilAsserted(() -> assertThat(output).contains("Event OnGranted of role '" + this.role));
		assertThat(this.initiator.getContext().isLeader()).isTrue();
		this.told.failing = "revoked";
		this.initiator.stop();
		await().untilAsserted(() -> assertThat(output).contains("Event OnRevoked of role '" + this.role));
		this.told.await("onGranted", "onRevoked");
	}

	@Test
	void candidateThatFailsGivesTheLeadershipUp(CapturedOutput output) {
		this.told.failing = "onGranted";
		this.initiator.start();
		await().until(() -> group(this.node).isLeader());
		this.another.start();
		this.otherTold.await("onGranted", "granted");
		assertThat(output).contains("Role '" + this.role + "' is given up");
		this.told.await("onRevoked", "revoked");
	}

	@Test
	void lossIsToldAtOnceAndTheLeadershipSoughtAgain() {
		this.initiator.start();
		this.told.await("onGranted", "granted");
		this.told.during = () -> this.told.leading.add(this.initiator.getContext().isLeader());
		this.another.start();
		await().until(() -> group(this.other).participants().size() == 2);
		this.cluster.loseLeadership(this.role);
		this.otherTold.await("onGranted", "granted");
		this.told.await("onGranted", "granted", "onRevoked", "revoked");
		assertThat(this.told.leading).containsExactly(false);
		await().until(() -> group(this.other).participants().size() == 2);
		this.another.stop();
		this.told.await("onGranted", "granted", "onRevoked", "revoked", "onGranted", "granted");
	}

	@Test
	void workOfTheLeaderIsInterrupted() {
		CompletableFuture<Void> interrupted = new CompletableFuture<>();
		this.told.work = () -> {
			try {
				new CountDownLatch(1).await();
			}
			finally {
				interrupted.complete(null);
			}
		};
		this.initiator.start();
		this.told.await("onGranted");
		this.cluster.loseLeadership(this.role);
		assertThat(interrupted).succeedsWithin(Duration.ofSeconds(10));
		// Told again, as there is no other node.
		this.told.await("onGranted", "onRevoked", "revoked", "onGranted");
	}

	@Test
	void nextLeaderWaitsForTheCandidateThatResigns() throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		this.initiator.start();
		this.told.await("onGranted", "granted");
		this.another.start();
		await().until(() -> group(this.other).participants().size() == 2);
		this.told.during = () -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		};
		this.initiator.getContext().yield();
		this.told.await("onGranted", "granted", "onRevoked");
		// A round trip, in the same order.
		this.other.obtain("x").acquire(Duration.ofSeconds(10)).close();
		assertThat(this.otherTold.all).isEmpty();
		end.countDown();
		this.otherTold.await("onGranted", "granted");
	}

	@Test
	void executorWithoutAThreadGivesTheLeadershipUp(CapturedOutput output) {
		AtomicInteger refusals = new AtomicInteger();
		this.initiator.setTaskExecutor((task) -> {
			if (refusals.incrementAndGet() == 1) {
				throw new IllegalStateException("full");
			}
			new Thread(task).start();
		});
		this.initiator.start();
		this.told.await("onRevoked", "revoked", "onGranted", "granted");
		assertThat(output).contains("no thread for its candidate");
	}

	@Test
	void initiatorNeedsAPublisher() {
		PulsarLeaderInitiator bare = new PulsarLeaderInitiator(this.node.leadership());
		assertThatIllegalStateException().isThrownBy(bare::start)
			.withMessageContaining("'leader'")
			.withMessageContaining("setLeaderEventPublisher");
		assertThat(bare.isRunning()).isFalse();
		assertThat(this.node.leadership().groups()).isEmpty();
	}

	private LeaderGroup group(InMemoryNode node) {
		return node.leadership().group(this.role);
	}

	private interface Work {

		void run() throws InterruptedException;

	}

	/** What a candidate and the listeners of its events were told, in order. */
	private static final class Told implements LeaderEventPublisher {

		final List<String> all = new CopyOnWriteArrayList<>();

		final List<Boolean> leading = new CopyOnWriteArrayList<>();

		volatile String failing = "";

		volatile Work work = () -> {
		};

		/** Before a revocation has been told. */
		volatile Runnable during = () -> {
		};

		void await(String... expected) {
			org.awaitility.Awaitility.await().untilAsserted(() -> assertThat(this.all).containsExactly(expected));
		}

		private void add(String what) {
			if (what.equals(this.failing)) {
				throw new IllegalStateException("on purpose");
			}
			this.all.add(what);
		}

		AbstractCandidate candidate(String role) {
			return new AbstractCandidate("id", role) {

				@Override
				public void onGranted(Context context) throws InterruptedException {
					add("onGranted");
					Told.this.work.run();
				}

				@Override
				public void onRevoked(Context context) {
					add("onRevoked");
					Told.this.during.run();
				}

			};
		}

		@Override
		public void publishOnGranted(Object source, Context context, String role) {
			add("granted");
		}

		@Override
		public void publishOnRevoked(Object source, Context context, String role) {
			add("revoked");
		}

		@Override
		public void publishOnFailedToAcquire(Object source, Context context, String role) {
			add("failed");
		}

	}

}
