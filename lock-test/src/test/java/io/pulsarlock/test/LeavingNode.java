package io.pulsarlock.test;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.Position;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.RecordEncryption;
import io.pulsarlock.pulsar.RecordKeys;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.HintChannel;
import io.pulsarlock.session.Journal;
import io.pulsarlock.session.SessionLockNode;
import io.pulsarlock.session.SessionSettings;
import org.apache.pulsar.client.api.PulsarClient;

import static org.awaitility.Awaitility.await;

/**
 * Holds one lock until two others wait for it and a line of input comes. Then it releases
 * the lock, of which only its hint tells: that record and all later ones get stuck before
 * they are stored. Arguments: url, cluster, lock, lease and grace in milliseconds.
 */
final class LeavingNode {

	private LeavingNode() {
	}

	public static void main(String[] args) throws Exception {
		String name = name(ProcessHandle.current().pid());
		PulsarClient client = PulsarLocks.tune(PulsarClient.builder().serviceUrl(args[0])).build();
		Connector connector = new PulsarConnector(() -> client, TopicSettings.of(args[1]), name, RecordKeys.none(),
				RecordEncryption.none(), true);
		SessionSettings settings = SessionSettings.of(name)
			.withShards(1)
			.withTimes(Duration.ofMillis(Long.parseLong(args[3])), Duration.ofMillis(Long.parseLong(args[4])))
			.withAffinity(Duration.ZERO, 1);
		try (LockNode locks = new SessionLockNode(settings, new StuckConnector(connector))) {
			locks.awaitJoined(Duration.ofMinutes(1));
			await().atMost(Duration.ofMinutes(1)).until(() -> locks.monitor().statistics().hints());
			LockHandle held = locks.obtain(args[2]).acquire(Duration.ofMinutes(1));
			System.out.println("HELD " + held.fencingToken());
			await().atMost(Duration.ofMinutes(1))
				.until(() -> locks.monitor()
					.view()
					.locks()
					.stream()
					.anyMatch((lock) -> lock.name().equals(args[2]) && lock.waiters().size() == 2));
			System.out.println("AWAITED");
			BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
			in.readLine();
			held.close();
			in.readLine();
		}
	}

	/** Of the node in that process. */
	static String name(long pid) {
		return "leaving-" + pid;
	}

	/** Stores nothing from the first release on. */
	private static final class StuckConnector implements Connector {

		private final Connector connector;

		private StuckConnector(Connector connector) {
			this.connector = connector;
		}

		@Override
		public CompletionStage<Journal> open(int shard) {
			return this.connector.open(shard).thenApply(StuckJournal::new);
		}

		@Override
		public void abandon(int shard) {
			this.connector.abandon(shard);
		}

		@Override
		public HintChannel hints() {
			return this.connector.hints();
		}

		@Override
		public void close() {
			this.connector.close();
		}

	}

	private static final class StuckJournal extends ForwardingJournal {

		private volatile boolean stuck;

		private StuckJournal(Journal journal) {
			super(journal);
		}

		@Override
		public CompletionStage<Position> publish(JournalRecord record) {
			if (record instanceof Release) {
				this.stuck = true;
				System.out.println("STUCK");
			}
			return this.stuck ? new CompletableFuture<>() : super.publish(record);
		}

	}

}
