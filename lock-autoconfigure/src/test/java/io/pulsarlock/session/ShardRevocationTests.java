package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Registration;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what one node does when an operator, here or at another node, takes a lock away,
 * in virtual time.
 */
class ShardRevocationTests {

	private static final UUID OTHER = new UUID(1, 2);

	private static final String KEY = "l:stock";

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts ports = new ThrowingPorts();

	private final List<HoldEvent> events = new ArrayList<>();

	/** Code of the application that is to run. */
	private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
		.withShards(1)
		.withAffinity(Duration.ofSeconds(5), 10);

	private final Shard shard = new Shard(0, this.settings, this.loop, this.ports.connector(), this.callbacks::add,
			this.events::add, UUID::randomUUID, new ClusterAgreement(0), new Availability(this.settings));

	private long number;

	ShardRevocationTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
		append(new Heartbeat(OTHER, this.number++, true, new SessionInfo("b", 10_000, 4_000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of()));
	}

	private void append(JournalRecord record) {
		this.ports.append(record);
		this.loop.runAll();
	}

	/** What the other node writes. */
	private void request() {
		append(new Request(OTHER, this.number++, KEY));
	}

	private void release(Ticket ticket) {
		append(new Release(OTHER, this.number++, KEY, ticket.number()));
	}

	private void revoke(String key, Position place) {
		append(new Revoke(OTHER, this.number++, key, place));
	}

	private Waiter ask() {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		this.loop.runAll();
		return waiter;
	}

	private Hold acquire() {
		Waiter waiter = ask();
		this.loop.advance(Duration.ofMillis(1));
		return waiter.granted.join();
	}

	private CompletableFuture<Boolean> takeAway(String key) {
		CompletableFuture<Boolean> gone = this.shard.takeAway(key, "Lock 'stock'");
		this.loop.runAll();
		return gone;
	}

	private Ticket front() {
		return this.shard.activeSession().table().front(KEY);
	}

	private void callBack() {
		while (!this.callbacks.isEmpty()) {
			this.callbacks.poll().run();
		}
		this.loop.runAll();
	}

	private <T extends JournalRecord> List<T> written(Class<T> type) {
		return this.ports.records.stream()
			.filter((record) -> !record.session().equals(OTHER))
			.filter(type::isInstance)
			.map(type::cast)
			.toList();
	}

	@Test
	void lockOfAnotherNodeIsAskedForByItsTicketAndGoneWhenTheTicketIs() {
		request();
		Ticket ticket = front();
		Waiter waiter = ask();
		CompletableFuture<Boolean> gone = takeAway(KEY);
		assertThat(written(Revoke.class)).singleElement().satisfies((revoke) -> {
			assertThat(revoke.lock()).isEqualTo(KEY);
			assertThat(revoke.place()).isEqualTo(ticket.position());
		});
		assertThat(front()).as("nothing but its release moves the line").isEqualTo(ticket);
		assertThat(gone).isNotDone();
		assertThat(waiter.granted).isNotDone();
		request();
		assertThat(gone).as("another ticket").isNotDone();
		release(ticket);
		this.loop.advance(Duration.ofMillis(1));
		assertThat(gone).isCompletedWithValue(true);
		assertThat(waiter.granted).isCompleted();
	}

	@Test
	void lockOfASessionThatEndsIsGone() {
		request();
		CompletableFuture<Boolean> first = takeAway(KEY);
		CompletableFuture<Boolean> second = takeAway(KEY);
		append(new Bye(OTHER, this.number, this.number));
		assertThat(first).isCompletedWithValue(true);
		assertThat(second).isCompletedWithValue(true);
	}

	@Test
	void lockOfANodeThatIsDeadIsGoneWhenThatIsExpelled() {
		request();
		CompletableFuture<Boolean> gone = takeAway(KEY);
		this.loop.advance(Duration.ofSeconds(4));
		assertThat(gone).isNotDone();
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(written(Expel.class)).hasSize(1);
		assertThat(gone).isCompletedWithValue(true);
	}

	@Test
	void whatThisNodeWillNotKnowIsUnknown() {
		request();
		CompletableFuture<Boolean> gone = takeAway(KEY);
		this.shard.close();
		this.loop.runAll();
		assertThat(gone).failsWithin(Duration.ZERO)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(LockUnavailableException.class)
			.withMessageContaining("may still be taken away");
	}

	@Test
	void lockThatNobodyWantsIsNotAskedFor() {
		assertThat(takeAway(KEY)).isCompletedWithValue(false);
		assertThat(written(Revoke.class)).isEmpty();
	}

	@Test
	void nodeThatIsOutOfTouchDoesNotKnowWhoseLockItIs() {
		request();
		this.ports.publishSilent = true;
		this.loop.advance(Duration.ofSeconds(5));
		assertThat(takeAway(KEY)).failsWithin(Duration.ZERO)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(LockUnavailableException.class);
		assertThat(written(Revoke.class)).isEmpty();
	}

	@Test
	void holderIsToldBeforeItsTicketIsReleased() {
		Hold hold = acquire();
		List<LockLoss> told = new ArrayList<>();
		hold.onLost(told::add);
		revoke(KEY, front().position());
		assertThat(hold.isHeld()).isFalse();
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(written(Release.class)).as("until the code of the application has run").isEmpty();
		assertThat(takeAway(KEY)).failsWithin(Duration.ZERO)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(LockOperationRefusedException.class)
			.withMessageContaining("given up by this node at this moment");
		callBack();
		assertThat(told).singleElement()
			.satisfies((lost) -> assertThat(lost.reason()).isEqualTo(Reason.RELEASED_BY_ADMINISTRATOR));
		assertThat(written(Release.class)).hasSize(1);
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.LOST);
	}

	@Test
	void listenerThatBlocksIsWaitedForNoLongerThanAGrace() {
		acquire().onLost((lost) -> {
		});
		revoke(KEY, front().position());
		this.loop.advance(Duration.ofMillis(3990));
		assertThat(written(Release.class)).isEmpty();
		this.loop.advance(Duration.ofMillis(20));
		assertThat(written(Release.class)).hasSize(1);
	}

	@Test
	void callThatIsGuardedIsWaitedFor() {
		Hold hold = acquire();
		Registration call = hold.use();
		revoke(KEY, front().position());
		callBack();
		assertThat(hold.isHeld()).isFalse();
		assertThat(written(Release.class)).isEmpty();
		call.close();
		this.loop.runAll();
		assertThat(written(Release.class)).hasSize(1);
	}

	@Test
	void onlyTheTicketThatIsNamedIsGivenUp() {
		Hold hold = acquire();
		Position place = front().position();
		revoke(KEY, new Position(place.ledgerId(), place.entryId() - 1));
		revoke("l:other", place);
		assertThat(hold.isHeld()).isTrue();
		revoke(KEY, place);
		callBack();
		assertThat(hold.isHeld()).isFalse();
		Hold next = acquire();
		assertThat(front().position()).isNotEqualTo(place);
		revoke(KEY, place);
		callBack();
		assertThat(next.isHeld()).isTrue();
	}

	@Test
	void recordOfASessionThatHasEndedAsksForNothing() {
		Hold hold = acquire();
		append(new Bye(OTHER, this.number, this.number));
		this.number++;
		revoke(KEY, front().position());
		assertThat(hold.isHeld()).isTrue();
	}

	@Test
	void lockThatIsOnlyKeptIsReleased() {
		acquire().close();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(written(Release.class)).isEmpty();
		revoke(KEY, front().position());
		assertThat(written(Release.class)).hasSize(1);
		assertThat(front()).isNull();
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.RELEASED);
	}

	@Test
	void lockThatWasTakenWithoutTheLoopIsLost() {
		acquire().close();
		this.loop.advance(Duration.ofMillis(1));
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		Hold hold = waiter.granted.join();
		revoke(KEY, front().position());
		callBack();
		assertThat(hold.lost().reason()).isEqualTo(Reason.RELEASED_BY_ADMINISTRATOR);
		assertThat(written(Release.class)).hasSize(1);
	}

	@Test
	void placeThatNothingIsHeldByIsExchangedForTheLast() {
		append(new Rest(OTHER, this.number++, KEY, 3_600_000));
		Waiter waiter = ask();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(waiter.granted).isNotDone();
		Ticket before = front();
		request();
		revoke(KEY, before.position());
		assertThat(front().session()).isEqualTo(OTHER);
		assertThat(this.shard.activeSession().table().heir(KEY).session()).isEqualTo(before.session());
		assertThat(waiter.isWaiting()).isTrue();
	}

	@Test
	void lockThatIsSharedIsTakenFromAllItsHolders() {
		Hold first = read();
		Hold second = read();
		append(new Request(OTHER, this.number++, KEY, Share.SHARED));
		append(new Request(OTHER, this.number++, KEY, Share.SHARED));
		List<Ticket> inside = this.shard.activeSession().table().inside(KEY);
		assertThat(inside).hasSize(4);
		revoke(KEY, inside.get(1).position());
		callBack();
		assertThat(first.isHeld()).isTrue();
		assertThat(second.isHeld()).isFalse();
		assertThat(this.shard.activeSession().table().inside(KEY)).hasSize(3);
		CompletableFuture<Boolean> gone = takeAway(KEY);
		assertThat(first.isHeld()).isFalse();
		assertThat(written(Revoke.class)).extracting(Revoke::place)
			.containsExactly(inside.get(2).position(), inside.get(3).position());
		release(inside.get(3));
		assertThat(gone).isNotDone();
		release(inside.get(2));
		assertThat(gone).isCompletedWithValue(true);
	}

	private Hold read() {
		Waiter waiter = new Waiter(false, null, Share.SHARED);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(1));
		return waiter.granted.join();
	}

	@Test
	void restGoesOn() {
		Hold hold = acquire();
		hold.restFor(Duration.ofHours(1));
		this.loop.runAll();
		revoke(KEY, front().position());
		callBack();
		assertThat(written(Release.class)).hasSize(1);
		assertThat(this.shard.activeSession().restsFor(KEY, this.loop.nanoTime())).isPositive();
	}

	@Test
	void leaderResignsAndItsListenersAreToldBeforeTheNextOneLeads() {
		SessionGroup group = new SessionGroup("digest", "g:digest", this.callbacks::add, List::of, SessionGroup::stop);
		List<String> told = new ArrayList<>();
		group.addListener(new LeaderListener() {

			@Override
			public void onGranted(LeadershipGranted event) {
				told.add("granted");
			}

			@Override
			public void onRevoked(LeadershipRevoked event) {
				told.add("revoked " + event.reason());
			}

		});
		group.start(this.shard);
		this.loop.advance(Duration.ofMillis(1));
		callBack();
		assertThat(group.isLeader()).isTrue();
		append(new Request(OTHER, this.number++, "g:digest"));
		revoke("g:digest", this.shard.activeSession().table().front("g:digest").position());
		assertThat(group.isLeader()).isFalse();
		assertThat(written(Release.class)).isEmpty();
		callBack();
		assertThat(told).containsExactly("granted", "revoked RESIGNED");
		assertThat(written(Release.class)).hasSize(1);
		assertThat(written(Request.class)).as("a candidate as before").hasSize(2);
	}

	@Test
	void ownLeaderResignsAtOnce() {
		SessionGroup group = new SessionGroup("digest", "g:digest", this.callbacks::add, List::of, SessionGroup::stop);
		group.start(this.shard);
		this.loop.advance(Duration.ofMillis(1));
		callBack();
		assertThat(group.isLeader()).isTrue();
		append(new Request(OTHER, this.number++, "g:digest"));
		assertThat(takeAway("g:digest")).isCompletedWithValue(true);
		assertThat(group.isLeader()).isFalse();
		assertThat(written(Revoke.class)).isEmpty();
	}

}
