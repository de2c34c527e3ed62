package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a kept lock passes from caller to caller without the loop, and back to the
 * loop as soon as the loop has to decide.
 */
class KeptLockTests {

	private static final UUID OTHER = new UUID(1, 2);

	private static final String KEY = "l:stock";

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts ports = new ThrowingPorts();

	private final ThrowingPorts more = new ThrowingPorts();

	private final List<HoldEvent> events = new ArrayList<>();

	private final Shard shard = new Shard(0,
			SessionSettings.of("a")
				.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
				.withShards(1)
				.withAffinity(Duration.ofSeconds(5), 10),
			this.loop, this.ports.connector(), Runnable::run, this.events::add, UUID::randomUUID,
			new ClusterAgreement(0), new Availability(SessionSettings.of("a").withShards(1)));

	KeptLockTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
		this.ports.append(new Heartbeat(OTHER, 0, true, new SessionInfo("b", 10_000, 4_000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of()));
		Waiter first = ask();
		this.loop.advance(Duration.ofMillis(10));
		first.granted.join().release();
		this.loop.runAll();
	}

	private Waiter ask() {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		return waiter;
	}

	/** Without the loop, which does nothing meanwhile. */
	private Hold take() {
		Waiter waiter = ask();
		assertThat(waiter.granted).isCompleted();
		return waiter.granted.join();
	}

	private List<HoldEvent.Type> types() {
		return this.events.stream().map(HoldEvent::type).toList();
	}

	private Shard keeping(int locks) {
		Shard shard = new Shard(0,
				SessionSettings.of("a")
					.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
					.withShards(1)
					.withAffinity(Duration.ofSeconds(5), locks),
				this.loop, this.more.connector(), Runnable::run, this.events::add, UUID::randomUUID,
				new ClusterAgreement(0), new Availability(SessionSettings.of("a").withShards(1)));
		shard.start();
		this.loop.advance(Duration.ofMillis(100));
		return shard;
	}

	private static Waiter ask(Shard shard, String name, Duration limit) {
		Waiter waiter = new Waiter(false, limit);
		shard.acquire("l:" + name, name, LockKind.LOCK, waiter);
		return waiter;
	}

	private void use(Shard shard, String... names) {
		for (String name : names) {
			Waiter waiter = ask(shard, name, null);
			this.loop.advance(Duration.ofMillis(1));
			waiter.granted.join().release();
			this.loop.advance(Duration.ofMillis(1));
		}
	}

	@Test
	void isTakenAndGivenBackWithoutTheLoop() {
		this.events.clear();
		long token = 0;
		for (int i = 0; i < 20; i++) {
			Hold hold = take();
			assertThat(hold.isHeld()).isTrue();
			assertThat(hold.token()).isGreaterThan(token);
			token = hold.token();
			assertThat(hold.release()).isNull();
			assertThat(hold.isHeld()).isFalse();
		}
		assertThat(types()).hasSize(40);
		for (int i = 0; i < 40; i += 2) {
			assertThat(types().subList(i, i + 2)).containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.RELEASED);
			assertThat(this.events.get(i).token()).isEqualTo(this.events.get(i + 1).token());
		}
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(types()).hasSize(40);
		assertThat(this.ports.records.stream().filter(Request.class::isInstance)).hasSize(1);
	}

	@Test
	void secondCallerWaitsForTheFirst() {
		Hold hold = take();
		Waiter second = ask();
		this.loop.advance(Duration.ofMillis(10));
		assertThat(second.isWaiting()).isTrue();
		hold.release();
		this.loop.runAll();
		assertThat(second.granted.join().isHeld()).isTrue();
		assertThat(second.granted.join().token()).isGreaterThan(hold.token());
	}

	@Test
	void anotherNodeThatAsksGetsItAndTokensGrow() {
		Hold hold = take();
		this.ports.append(new Request(OTHER, 1, KEY));
		Position request = new Position(1, this.ports.records.size() - 1);
		this.loop.advance(Duration.ofMillis(10));
		assertThat(hold.isHeld()).isTrue();
		hold.release();
		this.loop.runAll();
		assertThat(this.ports.records.stream().filter(Release.class::isInstance)).hasSize(1);
		assertThat(hold.token()).isLessThan(request.token());
		assertThat(ask().granted).isNotDone();
	}

	@Test
	void requestThatIsReadBetweenTwoCallersComesFirst() {
		take().release();
		this.ports.append(new Request(OTHER, 1, KEY));
		this.loop.runAll();
		assertThat(this.ports.records.stream().filter(Release.class::isInstance)).hasSize(1);
		assertThat(ask().granted).isNotDone();
	}

	@Test
	void tokensNeverReachThoseOfRequestsToCome() {
		int taken = 0;
		Hold last = null;
		Waiter waiter = ask();
		while (waiter.granted.isDone() && taken < 1000) {
			last = waiter.granted.join();
			last.release();
			taken++;
			waiter = ask();
		}
		assertThat(taken).isBetween(1, Position.HOLDINGS);
		assertThat(last.token()).isLessThan(new Position(1, this.ports.records.size()).token());
		// What waits is served once a record has made room.
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.join().token()).isGreaterThan(last.token());
		waiter.granted.join().release();
		this.loop.runAll();
		take();
	}

	@Test
	void lossIsToldToWhoTookItWithoutTheLoop() {
		this.events.clear();
		Hold hold = take();
		List<LockLoss> told = new ArrayList<>();
		hold.onLost(told::add);
		this.ports.connectionThrows = new OutOfMemoryError("on purpose");
		this.loop.advance(Duration.ofMillis(300));
		assertThat(hold.isHeld()).isFalse();
		assertThat(told).hasSize(1);
		assertThat(types()).containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.LOST);
		assertThat(hold.release()).isEqualTo(told.get(0));
	}

	@Test
	void administratorTakesItFromWhoTookItWithoutTheLoop() {
		Hold hold = take();
		CompletableFuture<Boolean> gone = this.shard.takeAway(KEY, "Lock 'stock'");
		this.loop.runAll();
		assertThat(gone).isCompletedWithValue(true);
		assertThat(hold.lost().reason()).isEqualTo(Reason.RELEASED_BY_ADMINISTRATOR);
	}

	@Test
	void limitOfTheHoldingCounts() {
		Waiter waiter = new Waiter(false, Duration.ofSeconds(1));
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		Hold hold = waiter.granted.join();
		this.loop.advance(Duration.ofMillis(1300));
		assertThat(hold.lost().reason()).isEqualTo(Reason.HELD_TOO_LONG);
	}

	@Test
	void whatItsCallerCouldNotTakeIsReleasedByTheNextTick() {
		Waiter waiter = ask();
		waiter.abandoned = true;
		this.loop.advance(Duration.ofMillis(300));
		assertThat(waiter.granted.join().isHeld()).isFalse();
		assertThat(take().isHeld()).isTrue();
	}

	@Test
	void whoHasGivenUpBeforeTakesNothing() {
		this.events.clear();
		Waiter waiter = new Waiter(false, null);
		waiter.granted.cancel(false);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(300));
		assertThat(types()).isEmpty();
		assertThat(take().isHeld()).isTrue();
	}

	@Test
	void isKeptAsLongAfterItsLatestUseAsAfterAnyOther() {
		for (int i = 0; i < 4; i++) {
			this.loop.advance(Duration.ofSeconds(3));
			take().release();
		}
		assertThat(this.ports.records.stream().filter(Release.class::isInstance)).isEmpty();
		this.loop.advance(Duration.ofSeconds(6));
		assertThat(this.ports.records.stream().filter(Release.class::isInstance)).hasSize(1);
	}

	@Test
	void usedForLongerTheOthersHearOfIt() {
		this.loop.advance(Duration.ofSeconds(1));
		long before = this.ports.records.size();
		take();
		this.loop.advance(Duration.ofMillis(200));
		assertThat(this.ports.records.size()).isGreaterThan((int) before);
	}

	/**
	 * Callers on several threads and a loop that withdraws and offers the lock all the
	 * time.
	 */
	@Test
	void oneTooManyCostsTheLockThatWasUsedLongestAgo() {
		Shard shard = keeping(3);
		use(shard, "a", "b", "c");
		use(shard, "b", "c", "a");
		use(shard, "d");
		assertThat(
				this.more.records.stream().filter(Release.class::isInstance).map((record) -> ((Release) record).lock()))
			.containsExactly("l:b");
	}

	@Test
	void limitCountsOfWhatWasTakenBeforeTheJeopardy() {
		Shard shard = keeping(20);
		for (int i = 0; i < 20; i++) {
			use(shard, "limited" + i);
		}
		for (int i = 0; i < 400; i++) {
			ask(shard, "other" + i, null);
		}
		this.loop.advance(Duration.ofSeconds(2));
		List<Waiter> limited = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			limited.add(ask(shard, "limited" + i, Duration.ofMillis(600)));
			assertThat(limited.get(i).granted).isCompleted();
		}
		shard.locks().jeopardized();
		this.loop.advance(Duration.ofMillis(601));
		assertThat(limited).extracting((waiter) -> waiter.granted.join().lost()).doesNotContainNull();
	}

	@Test
	void nodeThatStopsKeepsNothing() {
		Shard shard = keeping(3);
		Waiter waiter = ask(shard, "b", null);
		this.loop.advance(Duration.ofMillis(1));
		CompletableFuture<Void> vacated = shard.vacate();
		waiter.granted.join().release();
		this.loop.runAll();
		assertThat(vacated).isCompleted();
		Waiter late = ask(shard, "b", null);
		this.loop.runAll();
		assertThat(late.granted).isCompletedExceptionally();
	}

	@Test
	void neverTwoCallersHaveItWhateverTheLoopDoes() throws Exception {
		LoopThread thread = new LoopThread("loop-under-test");
		ThreadLoop real = new ThreadLoop(thread);
		ThrowingPorts journal = new ThrowingPorts();
		ConcurrentLinkedQueue<HoldEvent> told = new ConcurrentLinkedQueue<>();
		Shard busy = new Shard(0,
				SessionSettings.of("a").withShards(1).withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4)), real,
				journal.connector(), Runnable::run, told::add, UUID::randomUUID, new ClusterAgreement(0),
				new Availability(SessionSettings.of("a").withShards(1)));
		try {
			busy.start();
			CountDownLatch joined = new CountDownLatch(1);
			busy.joined().thenRun(joined::countDown);
			assertThat(joined.await(10, TimeUnit.SECONDS)).isTrue();
			real.every(TimeUnit.MICROSECONDS.toNanos(50), () -> busy.locks().lineChanged(KEY));
			AtomicInteger inside = new AtomicInteger();
			AtomicInteger overlaps = new AtomicInteger();
			AtomicLong token = new AtomicLong();
			AtomicInteger disorder = new AtomicInteger();
			AtomicInteger done = new AtomicInteger();
			CyclicBarrier start = new CyclicBarrier(3);
			SessionLock lock = new SessionLock("stock", KEY, Share.EXCLUSIVE, () -> busy, new ThreadHolds());
			List<Thread> callers = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				Thread caller = new Thread(() -> {
					try {
						start.await();
						for (int n = 0; n < 3000; n++) {
							Hold hold = (Hold) lock.acquire(Duration.ofSeconds(20), null);
							overlaps.addAndGet(inside.getAndIncrement());
							if (token.getAndSet(hold.token()) >= hold.token()) {
								disorder.incrementAndGet();
							}
							inside.decrementAndGet();
							hold.close();
							done.incrementAndGet();
						}
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
				});
				callers.add(caller);
				caller.start();
			}
			for (Thread caller : callers) {
				caller.join(TimeUnit.SECONDS.toMillis(60));
			}
			assertThat(done).hasValue(9000);
			assertThat(overlaps).hasValue(0);
			assertThat(disorder).hasValue(0);
			CountDownLatch settled = new CountDownLatch(1);
			real.execute(settled::countDown);
			assertThat(settled.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(told.stream().filter((event) -> event.type() == HoldEvent.Type.ACQUIRED)).hasSize(9000);
			assertThat(told.stream().filter((event) -> event.type() == HoldEvent.Type.RELEASED)).hasSize(9000);
		}
		finally {
			thread.stop();
		}
	}

}
