package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.pulsarlock.line.Hint;
import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what a node tells others of shared locks beside the journal, and does when it is
 * told, in virtual time.
 */
class SharedHintTests {

	private static final UUID OTHER = new UUID(1, 2);

	private static final String KEY = "l:stock";

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts ports = new ThrowingPorts();

	private final Channel channel = new Channel();

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
		.withShards(1)
		.withAffinity(Duration.ZERO, 10);

	private final Shard shard = new Shard(0, this.settings, this.loop, new HintingConnector(), Runnable::run,
			(event) -> {
			}, UUID::randomUUID, new ClusterAgreement(0), new Availability(this.settings));

	private long sequence = 1;

	SharedHintTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
		this.ports.append(new Heartbeat(OTHER, 0, true, new SessionInfo("b", 10_000, 4_000, 1, 0, 7), Position.NONE,
				Position.NONE, Position.NONE, List.of()));
		this.loop.runAll();
	}

	private Waiter ask(Share share) {
		Waiter waiter = new Waiter(false, null, share);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(1));
		return waiter;
	}

	/** The other node requests a place; returns its number. */
	private long otherAsks(Share share) {
		long number = this.sequence++;
		this.ports.append(new Request(OTHER, number, KEY, share));
		this.loop.runAll();
		return number;
	}

	private void otherReleases(long number) {
		this.ports.append(new Release(OTHER, this.sequence++, KEY, number));
		this.loop.runAll();
	}

	private void told(Hint hint) {
		this.channel.listeners.forEach((listener) -> listener.accept(hint));
		this.loop.runAll();
	}

	private void close(Hold hold) {
		hold.close();
		this.loop.runAll();
	}

	@Test
	void writerSaysThatItIsGone() {
		Hold hold = ask(Share.EXCLUSIVE).granted.join();
		otherAsks(Share.SHARED);
		close(hold);
		assertThat(this.channel.sent).hasSize(1).allMatch(Gone.class::isInstance);
	}

	@Test
	void whoSharesTheLockSaysNothing() {
		Hold reader = ask(Share.SHARED).granted.join();
		otherAsks(Share.EXCLUSIVE);
		told(new Ask(0, OTHER, KEY));
		close(reader);
		told(new Ask(0, OTHER, KEY));
		assertThat(this.channel.sent).isEmpty();
	}

	@Test
	void writerThatHasComeToShareTheLockSaysNothing() {
		Hold hold = ask(Share.EXCLUSIVE).granted.join();
		otherAsks(Share.SHARED);
		hold.downgrade();
		this.loop.runAll();
		close(hold);
		assertThat(this.channel.sent).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void onlyTheFirstReaderAfterAWriterEntersByItsHint(boolean released) {
		long number = otherAsks(Share.EXCLUSIVE);
		Position place = this.shard.activeSession().table().front(KEY).position();
		Waiter first = ask(Share.SHARED);
		Waiter second = ask(Share.SHARED);
		assertThat(first.granted).isNotDone();
		told(new Gone(0, OTHER, KEY, place));
		assertThat(first.granted).isCompleted();
		assertThat(second.granted).isNotDone();
		assertThat(this.shard.statistics().hintedGrants()).isOne();
		if (released) {
			otherReleases(number);
			assertThat(second.granted).isCompleted();
		}
		// Holds like every other: its session writes as often, and gives it back.
		close(first.granted.join());
		otherReleases(number);
		assertThat(second.granted).isCompleted();
	}

	@Test
	void whoHasAllOfTheLockIsAskedForItByTheNextInLine() {
		otherAsks(Share.EXCLUSIVE);
		assertThat(ask(Share.SHARED).granted).isNotDone();
		assertThat(this.channel.sent).hasSize(1).allMatch(Ask.class::isInstance);
	}

	@Test
	void whoSharesTheLockIsNotAskedForIt() {
		otherAsks(Share.SHARED);
		assertThat(ask(Share.EXCLUSIVE).granted).isNotDone();
		assertThat(this.channel.sent).isEmpty();
	}

	@Test
	void nobodyIsAskedWhereOthersAreNext() {
		otherAsks(Share.EXCLUSIVE);
		otherAsks(Share.EXCLUSIVE);
		assertThat(ask(Share.EXCLUSIVE).granted).isNotDone();
		assertThat(this.channel.sent).isEmpty();
	}

	private final class HintingConnector implements Connector {

		@Override
		public CompletionStage<Journal> open(int shard) {
			return SharedHintTests.this.ports.connector().open(shard);
		}

		@Override
		public HintChannel hints() {
			return SharedHintTests.this.channel;
		}

		@Override
		public void close() {
		}

	}

	private static final class Channel implements HintChannel {

		private final List<Hint> sent = new ArrayList<>();

		private final List<Consumer<Hint>> listeners = new ArrayList<>();

		@Override
		public void listen(int shard, Consumer<Hint> listener) {
			this.listeners.add(listener);
		}

		@Override
		public long address() {
			return 3;
		}

		@Override
		public void send(long address, Hint hint) {
			assertThat(address).isEqualTo(7);
			this.sent.add(hint);
		}

	}

}
