package io.pulsarlock.test;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a joining node does not read the whole journal that the broker still has.
 */
@Tag("proof")
class JournalStartTests {

	private static final int MANY = Integer.getInteger("pulsarlock.journal.records", 12_000);

	private static final Duration LEASE = Duration.ofSeconds(5);

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "j" + UUID.randomUUID();

	private final String topic = TopicSettings.of(this.cluster).topic(0);

	@Test
	void joiningNodeReadsWhatItNeedsAndNotWhatThereIs() throws Exception {
		try (LockNode a = node("a")) {
			a.awaitJoined(Duration.ofSeconds(20));
			LockHandle held = a.obtain("stock").acquire(Duration.ofSeconds(10));
			writeMany();
			await().atMost(Duration.ofSeconds(120)).untilAsserted(() -> {
				String name = "b" + System.nanoTime();
				try (LockNode b = node(name)) {
					b.awaitJoined(Duration.ofSeconds(30));
					assertThat(read(name)).isPositive().isLessThan(MANY);
					assertThat(b.obtain("stock").tryAcquire()).isEmpty();
					assertThat(b.monitor().view().locks()).singleElement()
						.satisfies((lock) -> assertThat(lock.holder().token()).isEqualTo(held.fencingToken()));
				}
			});
			// Even if the last ledger has only just begun.
			for (int i = 0; i < 3; i++) {
				this.pulsar.admin().unload(this.topic);
				String name = "c" + System.nanoTime();
				long begin = System.nanoTime();
				try (LockNode c = node(name)) {
					c.awaitJoined(Duration.ofSeconds(60));
					System.out.printf("joined in %d ms right after a roll, among %d records%n",
							TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin), MANY);
					assertThat(read(name)).isPositive().isLessThan(MANY);
					assertThat(c.obtain("stock").tryAcquire()).isEmpty();
				}
			}
			assertThat(held.isHeld()).isTrue();
			held.close();
			try (LockNode b = node("b")) {
				b.obtain("stock").acquire(Duration.ofSeconds(10)).close();
			}
		}
	}

	/** Records without effect, of an unknown session. */
	private void writeMany() throws Exception {
		try (PulsarClient client = PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl()).build();
				Producer<byte[]> producer = client.newProducer(Schema.BYTES)
					.topic(this.topic)
					.enableBatching(false)
					.maxPendingMessages(MANY)
					.create()) {
			byte[] nothing = RecordCodec.encode(new Release(UUID.randomUUID(), 1, "l:nothing", 1));
			CompletableFuture<?> last = CompletableFuture.completedFuture(null);
			for (int i = 0; i < MANY; i++) {
				last = producer.sendAsync(nothing);
			}
			last.get(60, TimeUnit.SECONDS);
		}
	}

	/** How many records the broker has sent to that node's reader. */
	private long read(String node) throws Exception {
		JsonNode stats = new ObjectMapper().readTree(this.pulsar.admin().stats(this.topic));
		long read = 0;
		for (JsonNode subscription : stats.path("subscriptions")) {
			for (JsonNode consumer : subscription.path("consumers")) {
				if (consumer.path("consumerName").asText().equals(node)) {
					read += consumer.path("msgOutCounter").asLong();
				}
			}
		}
		return read;
	}

	private LockNode node(String name) {
		return PulsarLocks.at(this.pulsar.serviceUrl())
			.cluster(this.cluster)
			.node(name)
			.shards(1)
			.times(LEASE, LEASE.dividedBy(2))
			.connect();
	}

}
