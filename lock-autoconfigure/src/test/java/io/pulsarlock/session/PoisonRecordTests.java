package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Skip;
import io.pulsarlock.line.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests how a shard handles a record that it fails to apply.
 */
class PoisonRecordTests {

	private static final UUID OTHER = new UUID(1, 2);

	private static final Duration LEASE = Duration.ofSeconds(10);

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts world = new ThrowingPorts();

	private final List<HoldEvent> events = new ArrayList<>();

	private final Shard shard = new Shard(0,
			SessionSettings.of("a").withTimes(LEASE, Duration.ofSeconds(4)).withShards(1), this.loop,
			this.world.connector(), Runnable::run, this.events::add, UUID::randomUUID, new ClusterAgreement(0),
			new Availability(SessionSettings.of("a").withShards(1)));

	private long sequence;

	private Position poison = Position.NONE;

	PoisonRecordTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	private Position append(JournalRecord record) {
		this.world.append(record);
		return new Position(1, this.world.records.size() - 1);
	}

	private void heartbeat(Position history, Claim... claims) {
		Position last = new Position(1, this.world.records.size() - 1);
		append(new Heartbeat(OTHER, this.sequence, this.sequence++ == 0, new SessionInfo("b", 10_000, 4_000, 1),
				history, Position.NONE, (this.sequence == 1) ? Position.NONE : last, List.of(claims)));
	}

	/** A request of the other node that this one fails to apply: of no lock. */
	private void poison() {
		heartbeat(Position.NONE);
		this.poison = append(new Request(OTHER, this.sequence++, null));
	}

	private void advanceWithHeartbeats(Duration time, Position history, Claim... claims) {
		for (long left = time.toMillis(); left > 0; left -= 1000) {
			this.loop.advance(Duration.ofMillis(Math.min(left, 1000)));
			heartbeat(history, claims);
		}
	}

	private Waiter ask() {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire("l:stock", "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(100));
		return waiter;
	}

	@Test
	void shardStandsBeforeTheRecordAndSaysWhereItIsAndWhatToDo() {
		poison();
		advanceWithHeartbeats(LEASE.multipliedBy(6), Position.NONE);
		assertThat(this.shard.isConfirmed()).isFalse();
		assertThat(this.shard.failure())
			.hasMessageContaining("cannot apply the record at " + this.poison + " of shard 0")
			.hasMessageContaining("Request of session " + OTHER)
			.hasMessageContaining("NullPointerException")
			.hasMessageContaining("DELETE /actuator/pulsarlocks/records?name=0/" + this.poison);
		assertThat(ask().granted).isNotDone();
	}

	@Test
	void shardThatIsStoppedSkipsTheRecordItselfAndGrantsNothingForTwoLeases() {
		poison();
		advanceWithHeartbeats(LEASE, Position.NONE);
		this.shard.administration().skip(this.poison);
		advanceWithHeartbeats(LEASE.multipliedBy(2).minusSeconds(1), Position.NONE);
		Waiter waiter = ask();
		assertThat(this.shard.isConfirmed()).isFalse();
		assertThat(waiter.granted).isNotDone();
		advanceWithHeartbeats(Duration.ofSeconds(3), Position.NONE);
		assertThat(this.shard.isConfirmed()).isTrue();
		assertThat(waiter.granted).isCompleted();
	}

	@Test
	void lockOfWhoeverWroteTheRecordIsNotGrantedWhileItIsClaimed() {
		poison();
		Claim claim = new Claim("l:stock", this.sequence - 1, this.poison);
		advanceWithHeartbeats(LEASE, Position.NONE, claim);
		this.shard.administration().skip(this.poison);
		advanceWithHeartbeats(LEASE.multipliedBy(3), Position.NONE, claim);
		assertThat(this.shard.isConfirmed()).isTrue();
		Waiter waiter = ask();
		assertThat(waiter.granted).isNotDone();
		advanceWithHeartbeats(Duration.ofSeconds(2), Position.NONE);
		assertThat(waiter.granted).isCompleted();
	}

	/** An operator finds it there, and a longer wait costs no more. */
	@Test
	void sessionThatStandsBeforeTheRecordGoesOnStandingThere() {
		poison();
		advanceWithHeartbeats(LEASE, Position.NONE);
		int sessions = this.world.sessions().size();
		advanceWithHeartbeats(LEASE.multipliedBy(20), Position.NONE);
		assertThat(this.world.sessions()).hasSize(sessions);
		assertThat(this.world.open).isOne();
	}

	@Test
	void skipOfAnotherNodeIsSeenAheadOfTheRecordsThatAreNotApplied() {
		poison();
		advanceWithHeartbeats(LEASE, Position.NONE);
		append(new Skip(OTHER, this.sequence++, this.poison));
		advanceWithHeartbeats(LEASE.multipliedBy(2).plusSeconds(2), Position.NONE);
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void severalRecordsAreSkippedOneAfterTheOther() {
		poison();
		Position first = this.poison;
		append(new Request(OTHER, this.sequence++, null));
		Position second = new Position(1, first.entryId() + 1);
		advanceWithHeartbeats(LEASE, Position.NONE);
		this.shard.administration().skip(first);
		advanceWithHeartbeats(LEASE, Position.NONE);
		assertThat(this.shard.failure()).hasMessageContaining("cannot apply the record at " + second);
		this.shard.administration().skip(second);
		advanceWithHeartbeats(LEASE.multipliedBy(2).plusSeconds(2), Position.NONE);
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void skipOfAnotherRecordHelpsNothing() {
		poison();
		advanceWithHeartbeats(LEASE, Position.NONE);
		append(new Skip(OTHER, this.sequence++, new Position(1, this.poison.entryId() - 1)));
		advanceWithHeartbeats(LEASE.multipliedBy(4), Position.NONE);
		assertThat(this.shard.isConfirmed()).isFalse();
	}

	@Test
	void recordThatJoiningNodesNeedNoMoreIsPassedWithoutAPerson() {
		poison();
		advanceWithHeartbeats(LEASE, Position.NONE);
		assertThat(this.shard.isConfirmed()).isFalse();
		advanceWithHeartbeats(Duration.ofSeconds(2), this.poison);
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void skipOfARecordThatCanBeAppliedDisturbsNobody() {
		Waiter waiter = ask();
		this.shard.administration().skip(new Position(1, 1));
		heartbeat(Position.NONE);
		append(new Skip(OTHER, this.sequence++, new Position(1, 0)));
		advanceWithHeartbeats(LEASE, Position.NONE);
		assertThat(waiter.granted.join().isHeld()).isTrue();
		assertThat(this.events).noneMatch((event) -> event.type() == HoldEvent.Type.LOST);
	}

	@Test
	void recordThatIsNotThereYetCannotBeSkipped() {
		Position next = new Position(1, this.world.records.size() + 10);
		assertThatExceptionOfType(LockOperationRefusedException.class)
			.isThrownBy(() -> this.shard.administration().skip(next))
			.withMessageContaining("no record at " + next + " yet");
	}

	@Test
	void recordOfAnotherVersionCannotBeSkippedAndSaysWhatHelps() {
		Position other = append(new OtherVersion(OTHER, 0, 9, "newer", 600_000, false));
		this.loop.advance(LEASE.multipliedBy(2));
		assertThat(this.shard.isConfirmed()).isFalse();
		assertThatExceptionOfType(LockOperationRefusedException.class)
			.isThrownBy(() -> this.shard.administration().skip(other))
			.withMessageContaining("Node 'newer'")
			.withMessageContaining("silent for its lease");
	}

}
