package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests scenarios that are too rare in the random simulation, in the same world. The seed
 * decides only which message is faster.
 */
class SimulationScriptTests {

	private static final String LOCK = "l:a";

	private static final int SEEDS = 60;

	/**
	 * The second in line is cut off for longer than its grace and shorter than its lease.
	 * Meanwhile the first releases the lock, and the third expels the second, holds the
	 * lock and releases it. When the second is connected again it reads itself into the
	 * front before it reads that it was expelled.
	 */
	@ParameterizedTest
	@ValueSource(doubles = { 0.976, 1, 1.024 })
	void expelledWhileCutOffIsNotGrantedByTheOldTicket(double rate) {
		int expulsions = 0;
		for (long seed = 0; seed < SEEDS; seed++) {
			World world = new World(seed, List.of(1.0, rate, 1.0));
			Member first = world.members.get(0);
			Member second = world.members.get(1);
			Member third = world.members.get(2);
			world.at(3000, () -> first.acquire(1600));
			world.at(3500, second::acquireShortly);
			world.at(4000, third::acquireShortly);
			world.at(4500, () -> second.turnAway(5300));
			world.run(60);
			List<Long> tokens = world.tokens;
			assertThat(tokens).as("tokens of seed %d", seed).hasSize(3).isSorted().doesNotHaveDuplicates();
			expulsions += (int) world.coverage.of("expulsions");
		}
		// Occasionally the second is back in time.
		assertThat(expulsions).as("how often the story is told").isGreaterThan(SEEDS * 2 / 3);
	}

	/**
	 * The first is killed while it holds, the second waits. It waits for the grace with
	 * its drift, and for a record of its own; for longer only when messages are slow, or
	 * when the journal begins a new ledger at that moment.
	 */
	@Test
	void afterAKillTheNextMostlyEntersWithinTheGraceAndAQuarterOfASecond() {
		List<Duration> waits = new ArrayList<>();
		for (long seed = 0; seed < SEEDS; seed++) {
			World world = new World(seed, List.of(1.0, 1.0));
			Member first = world.members.get(0);
			Member second = world.members.get(1);
			// Between any two records.
			long killed = 15_000 + 13 * seed;
			world.at(3000, () -> first.acquire(60_000));
			world.at(3500, second::acquireShortly);
			world.at(killed, first::kill);
			world.run(40);
			assertThat(world.tokens).as("tokens of seed %d", seed).hasSize(2);
			waits.add(Duration.ofNanos(second.grantedAt).minusMillis(killed));
		}
		waits.sort(null);
		// Counted from its latest record, of which it wrote one every half second.
		assertThat(waits.get(0)).isGreaterThan(SessionSettings.DEFAULT_RECONNECT_GRACE.minusMillis(400));
		assertThat(waits.get(SEEDS * 9 / 10)).isLessThan(SessionSettings.DEFAULT_RECONNECT_GRACE.plusMillis(250));
	}

	/**
	 * The second has opened the journal and is cut off before it has read anything. The
	 * topic is deleted, and the second is the first who is connected to the new one,
	 * which does not show that the first holds the lock.
	 */
	@Test
	void nodeThatOpensADeletedTopicDoesNotTakeTheNewOneForIt() {
		int opened = 0;
		for (long seed = 0; seed < SEEDS; seed++) {
			World world = new World(seed, List.of(1.0));
			Member first = world.members.get(0);
			world.at(3000, () -> first.acquire(60_000));
			world.at(20_000, () -> world.join(1));
			world.at(20_015, () -> {
				if (world.members.get(1).client.journals().isEmpty()) {
					world.members.get(1).kill();
				}
				first.turnAway(5300);
				world.members.get(1).turnAway(100);
				world.cluster.delete(20 * SimulatedTime.MILLI);
			});
			world.at(20_016, () -> world.members.get(1).acquireShortly());
			world.run(60);
			opened += world.tokens.size() - 1;
		}
		assertThat(opened).as("how often the story is told").isGreaterThan(SEEDS / 3);
	}

	/**
	 * The second lags while the third joins, acquires the lock and is cut off, and the
	 * topic is deleted: what the second has not read is lost.
	 */
	@Test
	void nodeThatLagsMissesNoHolderThatJoinedBeforeTheTopicWasDeleted() {
		for (long seed = 0; seed < SEEDS; seed++) {
			World world = new World(seed, List.of(1.0, 1.0));
			Member second = world.members.get(1);
			world.at(10_000, () -> second.client.lag(3 * SimulatedTime.SECOND));
			world.at(10_100, () -> {
				world.join(1);
				world.members.get(2).acquire(60_000);
			});
			world.at(11_000, () -> {
				assertThat(world.tokens).hasSize(1);
				world.members.get(2).turnAway(5300);
				world.cluster.delete(20 * SimulatedTime.MILLI);
			});
			world.at(11_100, second::acquireShortly);
			world.run(60);
			assertThat(world.tokens).as("tokens of seed %d", seed).hasSize(2);
		}
	}

	private static final class World {

		private final SimulationCoverage coverage = new SimulationCoverage();

		private final SimulatedTime time;

		private final SimulatedCluster cluster;

		private final List<Member> members = new ArrayList<>();

		private final List<Long> tokens = new ArrayList<>();

		World(long seed, List<Double> rates) {
			this.time = new SimulatedTime(seed, false);
			List<SessionSettings> settings = new ArrayList<>();
			for (int i = 0; i < rates.size(); i++) {
				settings.add(SessionSettings.of("m" + i).withShards(1));
			}
			SimulationPlan plan = new SimulationPlan(seed, settings, rates, List.of(), 0, null);
			this.cluster = new SimulatedCluster(this.time, plan, this.coverage);
			for (int i = 0; i < rates.size(); i++) {
				this.members.add(new Member(this, settings.get(i), rates.get(i)));
			}
		}

		/** Another node starts. */
		void join(double rate) {
			SessionSettings settings = SessionSettings.of("m" + this.members.size()).withShards(1);
			this.members.add(new Member(this, settings, rate));
		}

		void at(long millis, Runnable what) {
			this.time.at(millis * SimulatedTime.MILLI, what);
		}

		void run(long seconds) {
			while (this.time.step(seconds * SimulatedTime.SECOND)) {
				long holders = this.members.stream().filter(Member::holds).count();
				assertThat(holders).as("holders").isLessThanOrEqualTo(1);
			}
		}

	}

	private static final class Member {

		private final World world;

		private final SimulatedProcess process;

		private final SimulatedClient client;

		private final Shard shard;

		private @Nullable Hold hold;

		private long grantedAt;

		Member(World world, SessionSettings settings, double rate) {
			this.world = world;
			this.process = new SimulatedProcess(world.time, rate, 0);
			this.client = new SimulatedClient(settings.node(), world.cluster, this.process, () -> null);
			this.shard = new Shard(0, settings, this.process, this.client, this.process::execute, (event) -> {
			}, () -> new UUID(world.time.bits(), world.time.bits()), new ClusterAgreement(0),
					new Availability(SessionSettings.of("a").withShards(1)));
			this.shard.start();
		}

		void acquireShortly() {
			acquire(20);
		}

		void acquire(long holdMillis) {
			Waiter waiter = new Waiter(false, Duration.ofMinutes(1));
			waiter.granted.thenAccept((granted) -> {
				this.hold = granted;
				this.world.tokens.add(granted.token());
				this.grantedAt = this.world.time.now();
				this.process.later(holdMillis * SimulatedTime.MILLI, granted::release);
			});
			this.shard.acquire(LOCK, LOCK, LockKind.LOCK, waiter);
		}

		void kill() {
			this.client.die(true);
			this.hold = null;
		}

		void turnAway(long millis) {
			this.client.cutOff(millis * SimulatedTime.MILLI);
			SimulatedLink link = this.client.link();
			if (link != null) {
				link.closeByClient();
			}
		}

		boolean holds() {
			Hold hold = this.hold;
			return hold != null && hold.wouldBeHeld(this.process.nanoTime());
		}

	}

}
