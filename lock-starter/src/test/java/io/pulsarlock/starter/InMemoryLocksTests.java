package io.pulsarlock.starter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.memory.AutoConfigureInMemoryLocks;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests contexts with {@link AutoConfigureInMemoryLocks}, all without a broker.
 */
class InMemoryLocksTests {

	@Nested
	@SpringBootTest(classes = Application.class,
			properties = { "spring.jmx.enabled=false", "pulsar-lock.startup=fail", "pulsar-lock.startup-timeout=30s",
					"pulsar-lock.leader.join-groups=listed", "spring.pulsar.client.service-url=pulsar://localhost:1" })
	@AutoConfigureInMemoryLocks
	class WholeApplicationTests {

		@Autowired
		private Coupons coupons;

		@Autowired
		private LockMonitor monitor;

		@Autowired
		private Leadership leadership;

		@Autowired
		private InMemoryLockCluster cluster;

		@Autowired
		private Heard heard;

		@Test
		void methodsAreGuarded() throws Exception {
			assertThat(this.coupons.redeem("5")).isPositive();
			try (LockHandle held = this.cluster.node("other").obtain("coupon", "6").acquire(Duration.ZERO)) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> this.coupons.redeem("6"));
				assertThat(held.isHeld()).isTrue();
			}
		}

		@Test
		void lockIsLostInOneLineAndHeardOfOnce() {
			this.coupons.onRedeem(() -> this.cluster.lose("coupon:7"));
			assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.coupons.redeem("7"));
			await().untilAsserted(() -> assertThat(this.heard.events)
				.filteredOn((event) -> event instanceof LockLost && event.name().equals("coupon:7"))
				.hasSize(1));
			await().untilAsserted(() -> assertThat(this.heard.listened)
				.filteredOn((event) -> event instanceof LockLost && event.name().equals("coupon:7"))
				.hasSize(1));
		}

		@Test
		void applicationIsANodeAndACandidate() {
			assertThat(this.monitor.node()).isEqualTo(AutoConfigureInMemoryLocks.NODE);
			assertThat(this.cluster.node(AutoConfigureInMemoryLocks.NODE).leadership()).isSameAs(this.leadership);
			await().until(this.leadership.group("digest")::isLeader);
			assertThat(this.coupons.digest()).isEqualTo("digest");
			assertThat(this.leadership.groups()).extracting((group) -> group.name()).contains("listed", "digest");
			await().untilAsserted(
					() -> assertThat(this.heard.leaders).extracting(LeaderEvent::group).contains("listed", "digest"));
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.jmx.enabled=false")
	@TestPropertySource("classpath:locks-off.properties")
	@AutoConfigureInMemoryLocks
	class OffElsewhereTests {

		@Test
		void locksAreOn(@Autowired Coupons coupons) {
			assertThat(coupons.redeem("5")).isPositive();
		}

	}

	@Nested
	@SpringBootTest(classes = OwnRegistry.class, properties = "spring.jmx.enabled=false")
	@AutoConfigureInMemoryLocks
	class OwnRegistryTests {

		@Test
		void registryOfTheApplicationIsReplaced(@Autowired LockRegistry registry, @Autowired Coupons coupons,
				@Autowired InMemoryLockCluster cluster) {
			assertThat(registry).isSameAs(cluster.node(AutoConfigureInMemoryLocks.NODE));
			assertThat(coupons.redeem("5")).isPositive();
		}

	}

	@Nested
	@JsonTest(properties = "spring.jmx.enabled=false")
	@ContextConfiguration(classes = Slice.class)
	@Import(Coupons.class)
	@AutoConfigureInMemoryLocks
	class SliceTests {

		@Test
		void beansOfASliceAreGuarded(@Autowired Coupons coupons) {
			assertThat(coupons.redeem("5")).isPositive();
		}

	}

	@Test
	void onTheClassPathItChangesNothing() {
		try (var context = new SpringApplicationBuilder(Application.class)
			.properties("spring.jmx.enabled=false", "server.port=0", "pulsar-lock.enabled=false")
			.run()) {
			assertThat(context.getBeanProvider(InMemoryLockCluster.class).stream()).isEmpty();
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Coupons.class, Heard.class })
	static class Application {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Slice {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Coupons.class)
	static class OwnRegistry {

		@Bean(destroyMethod = "close")
		LockRegistry ownLocks() {
			return PulsarLocks.at("pulsar://localhost:1").cluster("shop").connect();
		}

	}

	static class Coupons {

		private Runnable then = () -> {
		};

		public void onRedeem(Runnable then) {
			this.then = then;
		}

		@DistributedLock(name = "coupon", key = "#couponId")
		public long redeem(String couponId) {
			long token = LockContext.current().fencingToken();
			this.then.run();
			return token;
		}

		@LeaderOnly(group = "digest")
		public String digest() {
			return LockContext.current().name();
		}

	}

	static class Heard implements LockListener {

		private final List<LockEvent> events = new CopyOnWriteArrayList<>();

		private final List<LockEvent> listened = new CopyOnWriteArrayList<>();

		private final List<LeaderEvent> leaders = new CopyOnWriteArrayList<>();

		@Override
		public void onEvent(LockEvent event) {
			this.listened.add(event);
		}

		@EventListener
		void onLockEvent(LockEvent event) {
			this.events.add(event);
		}

		@EventListener
		void onLeaderEvent(LeaderEvent event) {
			this.leaders.add(event);
		}

	}

}
