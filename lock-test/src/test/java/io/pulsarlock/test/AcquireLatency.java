package io.pulsarlock.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionMode;
import org.apache.pulsar.client.api.SubscriptionType;

/**
 * Measures an uncontended acquire and release beside one bare publish and one bare
 * subscribe, in turn, on one broker. The lock cache is disabled, because a cached lock
 * needs no request. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.AcquireLatency [durable] [quiet milliseconds]}.
 */
final class AcquireLatency {

	private static final int WARM_UP = 1000;

	private static final int ROUNDS = 2000;

	private AcquireLatency() {
	}

	public static void main(String[] args) throws Exception {
		boolean durable = args.length > 0 && args[0].equals("durable");
		long quiet = (args.length > 1) ? TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1])) : 0;
		try (PulsarBroker broker = PulsarBroker.start(durable, Map.of());
				LockNode locks = PulsarLocks.at(broker.serviceUrl())
					.cluster("latency")
					.shards(1)
					.cache(Duration.ZERO, 1)
					.connect();
				PulsarClient client = PulsarLocks.tune(PulsarClient.builder().serviceUrl(broker.serviceUrl())).build();
				Producer<byte[]> producer = client.newProducer()
					.topic("persistent://public/default/bare")
					.enableBatching(false)
					.create();
				Producer<byte[]> journal = client.newProducer()
					.topic("persistent://public/default/read")
					.enableBatching(false)
					.create();
				Consumer<byte[]> reader = client.newConsumer(Schema.BYTES)
					.topic("persistent://public/default/read")
					.subscriptionName("reader")
					.subscriptionMode(SubscriptionMode.NonDurable)
					.messageListener((consumer, message) -> {
					})
					.subscribe()) {
			locks.awaitJoined(Duration.ofSeconds(20));
			FencedLock lock = locks.obtain("same");
			byte[] payload = new byte[48];
			long[][] nanos = new long[6][ROUNDS];
			for (int i = -WARM_UP; i < ROUNDS; i++) {
				int round = i;
				measure(nanos[0], i, quiet, () -> producer.send(payload));
				measure(nanos[5], i, quiet, () -> journal.send(payload));
				measure(nanos[1], i, quiet, () -> lock.acquire(Duration.ofSeconds(5)).close());
				measure(nanos[2], i, quiet,
						() -> locks.obtain("other-" + round).acquire(Duration.ofSeconds(5)).close());
				measure(nanos[3], i, quiet, () -> subscribe(client, "same").close());
				measure(nanos[4], i, quiet, () -> subscribe(client, "other-" + round).close());
			}
			double publish = print("bare publish", nanos[0], 0);
			print("publish that somebody reads", nanos[5], publish);
			print("acquire and release, same name", nanos[1], publish);
			print("acquire and release, new name", nanos[2], publish);
			print("bare subscribe and close, same name", nanos[3], publish);
			print("bare subscribe and close, new name", nanos[4], publish);
		}
	}

	private static Consumer<byte[]> subscribe(PulsarClient client, String name) throws Exception {
		return client.newConsumer(Schema.BYTES)
			.topic("persistent://public/default/bare")
			.subscriptionName(name)
			.subscriptionType(SubscriptionType.Exclusive)
			.subscriptionMode(SubscriptionMode.NonDurable)
			.startPaused(true)
			.receiverQueueSize(1)
			.subscribe();
	}

	private static void measure(long[] nanos, int round, long quiet, Step step) throws Exception {
		if (quiet > 0) {
			LockSupport.parkNanos(quiet);
		}
		long begin = System.nanoTime();
		step.run();
		if (round >= 0) {
			nanos[round] = System.nanoTime() - begin;
		}
	}

	private static double print(String what, long[] nanos, double base) {
		Arrays.sort(nanos);
		double p50 = nanos[nanos.length / 2] / 1e6;
		System.out.printf("%-40s p50 %6.2f ms  p90 %6.2f ms  p99 %6.2f ms%s%n", what, p50,
				nanos[nanos.length * 9 / 10] / 1e6, nanos[nanos.length * 99 / 100] / 1e6,
				(base > 0) ? String.format("  %.2f times a publish", p50 / base) : "");
		return p50;
	}

	@FunctionalInterface
	private interface Step {

		void run() throws Exception;

	}

}
