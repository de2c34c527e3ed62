package io.pulsarlock.benchmarks.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.test.broker.PulsarCluster;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that brokers recover when their only bookie does, and the effect of a full disk.
 */
@Timeout(300)
class BookieTests {

	/** Brokers wait ten seconds before they try a new ledger again. */
	private static final Duration RECOVERY = Duration.ofSeconds(45);

	private static final String TOPIC = "persistent://public/default/bookie";

	@TempDir
	private Path folder;

	@Test
	void topicIsWritableAgainAfterItsBookieWasKilledOrPaused() throws Exception {
		try (PulsarCluster cluster = PulsarCluster.builder(2).separateStorage().heap(384).start();
				PulsarClient client = PulsarClient.builder().serviceUrl(cluster.serviceUrl()).build();
				Consumer<String> consumer = client.newConsumer(Schema.STRING)
					.topic(TOPIC)
					.subscriptionName("all")
					.startPaused(true)
					.subscribe();
				Producer<String> producer = producer(client)) {
			producer.send("before");
			cluster.bookie().kill();
			assertThat(isWritable(producer)).isFalse();
			cluster.bookie().start();
			awaitRecovery("bookie killed, after its restart", producer);
			cluster.bookie().pause();
			assertThat(isWritable(producer)).isFalse();
			cluster.bookie().resume();
			awaitRecovery("bookie paused, after it resumed", producer);
			cluster.bookie().kill();
			cluster.ownerOf(TOPIC).kill();
			cluster.bookie().start();
			awaitRecovery("bookie and owner killed, after the bookie's restart", producer);
			cluster.zookeeper().kill();
			cluster.zookeeper().start();
			awaitRecovery("zookeeper killed, after its restart", producer);
			// What was acknowledged before the kills is still there.
			consumer.resume();
			assertThat(consumer.receive(20, TimeUnit.SECONDS).getValue()).isEqualTo("before");
		}
	}

	@Test
	void fullDiskEndsTheBookieAndStopsWritesUntilThereIsSpaceAgain() throws Exception {
		expectNoWrites(0, false);
	}

	@Test
	void nearlyFullDiskMakesTheBookieReadOnlyUntilThereIsSpaceAgain() throws Exception {
		expectNoWrites(8, true);
	}

	private void expectNoWrites(int megabytesLeft, boolean bookieLivesOn) throws Exception {
		assumeThat(DiskSpace.whyNot()).isNull();
		assertThat(DiskSpace.isPossible()).isTrue();
		try (DiskSpace disk = DiskSpace.mount(this.folder.resolve("disk"), 256)) {
			try (PulsarCluster cluster = PulsarCluster.builder(1)
				.directory(this.folder.resolve("cluster"))
				.bookieDirectory(disk.directory())
				.bookieSetting("diskUsageThreshold", "0.95")
				.bookieSetting("diskUsageWarnThreshold", "0.9")
				// Otherwise it is random whether it checks the disk or writes first.
				.bookieSetting("diskCheckInterval", bookieLivesOn ? "1000" : "600000")
				.heap(384)
				.start();
					PulsarClient client = PulsarClient.builder().serviceUrl(cluster.serviceUrl()).build();
					Producer<String> producer = producer(client)) {
				producer.send("before");
				disk.fill(megabytesLeft);
				assertThat(disk.usable()).isLessThanOrEqualTo((long) megabytesLeft << 20);
				long begin = System.nanoTime();
				if (bookieLivesOn) {
					// It accepts entries of a ledger that it has.
					await().atMost(RECOVERY)
						.until(() -> Files.readString(this.folder.resolve("cluster/bookie.log")).contains("ReadOnly"));
					cluster.brokers().get(0).admin().unload(TOPIC);
				}
				await().atMost(RECOVERY).until(() -> !isWritable(producer));
				System.out
					.println("disk " + megabytesLeft + " MB free: writes stopped after " + secondsSince(begin) + " s");
				await().atMost(RECOVERY).until(() -> cluster.bookie().isAlive() == bookieLivesOn);
				disk.free();
				if (!bookieLivesOn) {
					cluster.bookie().start();
				}
				awaitRecovery("disk full, after there is space", producer);
			}
		}
		assertThat(this.folder.resolve("disk")).isEmptyDirectory();
	}

	private static Producer<String> producer(PulsarClient client) throws PulsarClientException {
		return client.newProducer(Schema.STRING).topic(TOPIC).sendTimeout(1, TimeUnit.SECONDS).create();
	}

	private static boolean isWritable(Producer<String> producer) {
		try {
			producer.send("x".repeat(2000));
			return true;
		}
		catch (PulsarClientException ex) {
			return false;
		}
	}

	private static void awaitRecovery(String what, Producer<String> producer) {
		long begin = System.nanoTime();
		await().atMost(RECOVERY).until(() -> isWritable(producer));
		System.out.println(what + ": writable after " + secondsSince(begin) + " s");
	}

	private static double secondsSince(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
	}

}
