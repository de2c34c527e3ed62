package io.pulsarlock.session;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests what a node writes for shared locks and permits, in virtual time.
 */
class SharedTicketTests {

	private static final String KEY = "l:stock";

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts ports = new ThrowingPorts();

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
		.withShards(1)
		.withAffinity(Duration.ofSeconds(5), 10);

	private final Shard shard = new Shard(0, this.settings, this.loop, this.ports.connector(), Runnable::run,
			(event) -> {
			}, UUID::randomUUID, new ClusterAgreement(0), new Availability(this.settings));

	SharedTicketTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
	}

	private Waiter ask(Share share, boolean immediate) {
		Waiter waiter = new Waiter(immediate, null, share);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(1));
		return waiter;
	}

	private <T extends JournalRecord> List<T> written(Class<T> type) {
		return this.ports.records.stream().filter(type::isInstance).map(type::cast).toList();
	}

	@Test
	void eachReaderCostsOneRecordToEnterAndOneToLeaveAndKeepsNothing() {
		Hold first = ask(Share.SHARED, false).granted.join();
		Hold second = ask(Share.SHARED, true).granted.join();
		assertThat(written(Request.class)).hasSize(2);
		assertThat(this.shard.statistics().held()).isEqualTo(2);
		first.release();
		second.release();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(written(Release.class)).hasSize(2);
		assertThat(this.shard.locks().keys()).isEmpty();
		assertThat(this.shard.activeSession().table().locks()).isEmpty();
	}

	@Test
	void lockThatIsKeptHereGoesToAReaderAtOnce() {
		ask(Share.EXCLUSIVE, false).granted.join().release();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(written(Release.class)).as("it is kept").isEmpty();
		Hold reader = ask(Share.SHARED, true).granted.join();
		assertThat(reader.isHeld()).isTrue();
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> ask(Share.EXCLUSIVE, true).granted.getNow(null))
			.withCauseInstanceOf(LockBusyException.class);
	}

	@Test
	void downgradeIsWrittenOnceAndClaimedFromThenOn() {
		Hold hold = ask(Share.EXCLUSIVE, false).granted.join();
		hold.downgrade();
		hold.downgrade();
		this.loop.advance(Duration.ofSeconds(8));
		assertThat(written(Downgrade.class)).hasSize(1);
		List<Claim> claims = written(Heartbeat.class).stream().flatMap((each) -> each.claims().stream()).toList();
		assertThat(claims).isNotEmpty().extracting(Claim::share).containsOnly(Share.SHARED);
		assertThat(ask(Share.SHARED, true).granted.join().isHeld()).isTrue();
		hold.release();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(written(Release.class)).as("what was shared is not kept").hasSize(1);
	}

	@Test
	void restKeepsOutWhoWouldShareTheLock() {
		Hold hold = ask(Share.EXCLUSIVE, false).granted.join();
		hold.restFor(Duration.ofSeconds(2));
		this.loop.runAll();
		hold.downgrade();
		Waiter reader = ask(Share.SHARED, false);
		this.loop.advance(Duration.ofMillis(1980));
		assertThat(reader.granted).isNotDone();
		this.loop.advance(Duration.ofMillis(30));
		assertThat(reader.granted).isCompleted();
		assertThat(hold.isHeld()).isTrue();
	}

	@Test
	void readerMayLetTheLockRest() {
		Hold hold = ask(Share.SHARED, false).granted.join();
		CompletableFuture<Void> rests = hold.restFor(Duration.ofSeconds(2));
		this.loop.runAll();
		assertThat(rests).isCompleted();
		hold.release();
		Waiter reader = ask(Share.SHARED, false);
		Waiter writer = ask(Share.EXCLUSIVE, false);
		this.loop.advance(Duration.ofMillis(1980));
		assertThat(reader.granted).isNotDone();
		assertThat(writer.granted).isNotDone();
		this.loop.advance(Duration.ofMillis(30));
		reader.granted.join().release();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(writer.granted).isCompleted();
	}

	/** A node that joins may read the shorter one alone. */
	@Test
	void restThatIsSaidAtTheTimeOfALongerOneIsSaidAgain() {
		UUID other = new UUID(1, 2);
		this.ports.append(new Heartbeat(other, 0, true, new SessionInfo("b", 10_000, 4_000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of()));
		this.ports.append(new Request(other, 1, KEY, Share.SHARED));
		Hold hold = ask(Share.SHARED, false).granted.join();
		UUID own = this.shard.activeSession().id();
		long next = this.ports.records.stream()
			.filter((record) -> record.session().equals(own))
			.mapToLong(JournalRecord::sequence)
			.max()
			.getAsLong() + 1;
		this.ports.publishSilent = true;
		CompletableFuture<Void> rests = hold.restFor(Duration.ofSeconds(1));
		this.loop.runAll();
		this.ports.publishSilent = false;
		this.ports.append(new Rest(other, 2, KEY, 5000));
		this.ports.append(new Rest(own, next, KEY, 1000));
		assertThat(rests).isNotDone();
		this.loop.runAll();
		assertThat(written(Rest.class)).filteredOn((rest) -> rest.session().equals(own))
			.extracting(Rest::millis)
			.containsExactly(1000L, 5000L);
		assertThat(rests).isCompleted();
	}

	/** A node that joins must not take the lock for exclusive again. */
	@Test
	void claimThatIsMadeBeforeADowngradeIsReadBackSaysIt() {
		this.ports.publishSilent = true;
		UUID id = UUID.randomUUID();
		RecordWriter writer = new RecordWriter(this.loop, this.ports,
				new SessionLease(id, 10_000_000_000L, 4_000_000_000L, 0, null), new RecordWriter.Listener() {

					@Override
					public void written(JournalRecord record, Position position) {
					}

					@Override
					public void notWritten(Throwable ex) {
					}

				});
		Ticket ticket = new Ticket(KEY, id, 7, new Position(1, 1));
		assertThat(writer.share(ticket)).isEqualTo(Share.EXCLUSIVE);
		writer.publish((sequence) -> new Downgrade(id, sequence, KEY, 7));
		assertThat(writer.share(ticket)).isEqualTo(Share.SHARED);
		assertThat(writer.share(new Ticket(KEY, id, 8, new Position(1, 2)))).isEqualTo(Share.EXCLUSIVE);
	}

}
