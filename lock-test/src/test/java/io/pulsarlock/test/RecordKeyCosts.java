package io.pulsarlock.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockNode;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.RecordKeys;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * Measures what record keys cost: a record that is written and read in memory, and an
 * uncontended acquire and release on one broker, with no, one and two keys in turn. Run
 * it with
 * {@code java -cp 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.RecordKeyCosts}.
 */
final class RecordKeyCosts {

	private static final List<List<String>> KEYS = List.of(List.of(), List.of(key(1)), List.of(key(1), key(2)));

	private static final int WARM_UP = 2000;

	private static final int ROUNDS = 5000;

	private RecordKeyCosts() {
	}

	public static void main(String[] args) throws Exception {
		for (int i = 0; i < 4; i++) {
			for (List<String> keys : KEYS) {
				inMemory(keys, i == 3);
			}
		}
		LockNode[] nodes = new LockNode[KEYS.size()];
		FencedLock[] locks = new FencedLock[KEYS.size()];
		long[][] nanos = new long[KEYS.size()][ROUNDS];
		try (PulsarBroker broker = PulsarBroker.start(false, Map.of())) {
			for (int k = 0; k < nodes.length; k++) {
				nodes[k] = PulsarLocks.at(broker.serviceUrl())
					.cluster("costs-" + k)
					.shards(1)
					.cache(Duration.ZERO, 1)
					.recordKeys(KEYS.get(k))
					.connect();
				nodes[k].awaitJoined(Duration.ofSeconds(20));
				locks[k] = nodes[k].obtain("same");
			}
			for (int i = -WARM_UP; i < ROUNDS; i++) {
				for (int k = 0; k < nodes.length; k++) {
					long start = System.nanoTime();
					locks[k].acquire(Duration.ofSeconds(5)).close();
					if (i >= 0) {
						nanos[k][i] = System.nanoTime() - start;
					}
				}
			}
			for (LockNode node : nodes) {
				node.close();
			}
		}
		for (int k = 0; k < nodes.length; k++) {
			Arrays.sort(nanos[k]);
			System.out.printf("acquire and release, %d keys: median %.1f us, 99%% %.1f us%n", KEYS.get(k).size(),
					nanos[k][ROUNDS / 2] / 1e3, nanos[k][ROUNDS * 99 / 100] / 1e3);
		}
	}

	private static void inMemory(List<String> keys, boolean print) throws Exception {
		RecordSigner signer = RecordKeys.of(keys).signer(TopicSettings.of("costs").topic(0));
		JournalRecord record = new Request(UUID.randomUUID(), 1000, "l:orders:4711");
		int rounds = 300_000;
		byte[] bytes = RecordCodec.encode(record, signer);
		long start = System.nanoTime();
		long sum = 0;
		for (int i = 0; i < rounds; i++) {
			sum += RecordCodec.encode(record, signer).length;
		}
		long encoded = System.nanoTime();
		for (int i = 0; i < rounds; i++) {
			sum += RecordCodec.decode(bytes, signer).sequence();
		}
		long decoded = System.nanoTime();
		if (print) {
			System.out.printf("%d keys: written %d ns, read %d ns, %d bytes (%d)%n", keys.size(),
					(encoded - start) / rounds, (decoded - encoded) / rounds, bytes.length, sum % 10);
		}
	}

	private static String key(int fill) {
		byte[] key = new byte[32];
		Arrays.fill(key, (byte) fill);
		return Base64.getEncoder().encodeToString(key);
	}

}
