package io.pulsarlock.starter;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.micrometer.core.instrument.MeterRegistry;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockAssert;
import io.pulsarlock.test.memory.AutoConfigureInMemoryLocks;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.mockito.BDDMockito;
import org.mockito.Mockito;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests replacements of beans, such as mocks of annotated classes and of the registry
 * itself.
 */
class StandInTests {

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.jmx.enabled=false")
	@AutoConfigureInMemoryLocks
	class MockOfAnAnnotatedClassTests {

		@MockitoBean
		private Coupons coupons;

		@MockitoBean
		private Prices prices;

		@Test
		void mockIsUsed(@Autowired Shop shop) {
			BDDMockito.given(this.coupons.redeem("5")).willReturn("mocked");
			BDDMockito.given(this.prices.of("5")).willReturn("free");
			assertThat(shop.sell("5")).isEqualTo("mocked free");
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.jmx.enabled=false")
	@AutoConfigureInMemoryLocks
	class SpyOnAnAnnotatedClassTests {

		@MockitoSpyBean
		private Coupons coupons;

		@Test
		void spyIsGuarded(@Autowired Shop shop) {
			assertThat(shop.sell("5")).isEqualTo("redeemed 5 42");
			Mockito.verify(this.coupons).redeem("5");
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.jmx.enabled=false")
	@AutoConfigureInMemoryLocks
	class TestBeanOfAnAnnotatedClassTests {

		@TestBean
		private Coupons coupons;

		static Coupons coupons() {
			return new Coupons() {

				@Override
				public String redeem(String couponId) {
					return "stub";
				}

			};
		}

		@Test
		void stubIsUsedAsItIs(@Autowired Shop shop) {
			assertThat(shop.sell("5")).isEqualTo("stub 42");
			assertThat(AopUtils.isAopProxy(this.coupons)).isFalse();
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "spring.jmx.enabled=false", "management.endpoints.web.exposure.include=*",
					"management.endpoint.pulsarlocks.access=unrestricted", "management.info.pulsarleader.enabled=true",
					"management.endpoint.health.show-details=always", "pulsar-lock.startup=fail",
					"pulsar-lock.leader.join-groups=listed" })
	class MockOfTheRegistryTests {

		@MockitoBean
		private LockRegistry locks;

		@Autowired
		private Environment environment;

		@Test
		void everythingThatHangsOnARegistryStarts(@Autowired MeterRegistry meters) throws Exception {
			assertThat(meters.find("pulsar.lock.held").gauge()).isNull();
			assertThat(get("health/pulsarLock")).isEqualTo(200);
			assertThat(get("info")).isEqualTo(200);
			assertThat(get("metrics")).isEqualTo(200);
			assertThat(get("pulsarlocks")).isEqualTo(503);
		}

		private int get(String path) throws IOException, InterruptedException {
			return HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create(
						"http://localhost:" + this.environment.getProperty("local.server.port") + "/actuator/" + path))
					.build(), HttpResponse.BodyHandlers.discarding())
				.statusCode();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Coupons.class, Shop.class, Jobs.class })
	static class Application {

		@Bean
		Prices prices() {
			return (couponId) -> {
				LockAssert.assertHeld("price");
				return "42";
			};
		}

	}

	static class Coupons {

		@DistributedLock(name = "coupon", key = "#couponId")
		public String redeem(String couponId) {
			LockAssert.assertHeld("coupon");
			return "redeemed " + couponId;
		}

	}

	interface Prices {

		@DistributedLock("price")
		String of(String couponId);

	}

	static class Jobs {

		@LeaderOnly(group = "jobs")
		public void run() {
		}

	}

	record Shop(Coupons coupons, Prices prices) {

		String sell(String couponId) {
			return this.coupons.redeem(couponId) + " " + this.prices.of(couponId);
		}

	}

}
