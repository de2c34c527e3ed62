package io.pulsarlock.annotation;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;

import javax.sql.DataSource;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.config.AbstractJdbcConfiguration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests beans that are proxies of interfaces without a class of the application.
 */
class InterfaceBeanTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void methodsOfARepositoryAreGuarded() {
		Guarded.on(this.cluster, "node").withUserConfiguration(Repositories.class).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			try (LockHandle held = take("orders:17"); LockHandle all = take("all")) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> orders.findByCustomer("17"));
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(orders::deleteAll);
				assertThat(orders.count()).isZero();
			}
			assertThat(orders.findByCustomer("17")).isEmpty();
		});
	}

	@Test
	void annotatedRepositoryIsGuardedAsAWhole() {
		Guarded.on(this.cluster, "node").withUserConfiguration(Repositories.class).run((context) -> {
			GuardedOrders orders = context.getBean(GuardedOrders.class);
			try (LockHandle held = take("repository")) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(orders::count);
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(orders::findAll);
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> orders.findByCustomer("17"));
			}
			assertThat(orders.findAll()).isEmpty();
		});
	}

	@Test
	void methodsOfAnHttpClientAreGuarded() {
		Guarded.on(this.cluster, "node").withUserConfiguration(Clients.class).run((context) -> {
			Prices prices = context.getBean(Prices.class);
			try (LockHandle held = take("prices:17")) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> prices.price("17"));
				assertThat(prices.orZero("17")).isEqualTo("0");
			}
		});
	}

	@Test
	void methodsOfAPlainProxyAreGuarded() {
		Guarded.on(this.cluster, "node")
			.withBean(Jobs.class, InterfaceBeanTests::proxy)
			.run((context) -> assertThat(context.getBean(Jobs.class).run("17")).isEqualTo("job:17"));
	}

	@Test
	void methodsOfAFrozenOrOpaqueProxyAreGuarded() {
		for (boolean opaque : new boolean[] { true, false }) {
			Guarded.on(this.cluster, "node").withBean(Jobs.class, () -> {
				ProxyFactory factory = new ProxyFactory(proxy());
				factory.setOpaque(opaque);
				factory.setFrozen(true);
				return (Jobs) factory.getProxy();
			}).run((context) -> assertThat(context.getBean(Jobs.class).run("17")).isEqualTo("job:17"));
		}
	}

	@Test
	void beanThatAnotherPostProcessorWrapsAfterwardsIsGuardedAndStarts() {
		Guarded.on(this.cluster, "node")
			.withBean(Jobs.class, InterfaceBeanTests::proxy)
			.withUserConfiguration(Wrapping.class)
			.run((context) -> assertThat(context.getBean(Jobs.class).run("17")).isEqualTo("job:17"));
	}

	private static Jobs proxy() {
		return (Jobs) Proxy.newProxyInstance(Jobs.class.getClassLoader(), new Class<?>[] { Jobs.class },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "run" -> LockContext.find().map((context) -> context.held().get(0).name()).orElse("unguarded");
					case "hashCode" -> 1;
					case "equals" -> proxy == arguments[0];
					default -> "proxy";
				});
	}

	private LockHandle take(String name) {
		return await().until(() -> this.cluster.node("other").obtain(name).tryAcquire(), Optional::isPresent)
			.orElseThrow();
	}

	interface Jobs {

		@DistributedLock(name = "job", key = "#id")
		String run(String id);

	}

	@Configuration(proxyBeanMethods = false)
	static class Wrapping {

		@Bean
		static BeanPostProcessor wrapper() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					return (bean instanceof Jobs jobs) ? Proxy.newProxyInstance(Jobs.class.getClassLoader(),
							new Class<?>[] { Jobs.class }, (proxy, method, arguments) -> method.invoke(jobs, arguments))
							: bean;
				}

			};
		}

	}

	@HttpExchange("http://localhost:1")
	public interface Prices {

		@GetExchange("/prices")
		@DistributedLock(name = "prices", key = "#id")
		String price(String id);

		@DistributedLock(name = "prices", key = "#id", fallback = "zero")
		default String orZero(String id) {
			return price(id);
		}

		default String zero(String id) {
			return "0";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Clients {

		@Bean
		Prices prices() {
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(RestClient.create()))
				.build()
				.createClient(Prices.class);
		}

	}

	record Order(@Id Long id, String customer) {
	}

	interface Orders extends CrudRepository<Order, Long> {

		@DistributedLock(name = "orders", key = "#customer")
		List<Order> findByCustomer(String customer);

		@Override
		@DistributedLock("all")
		void deleteAll();

	}

	@DistributedLock("repository")
	interface GuardedOrders extends CrudRepository<Order, Long> {

		List<Order> findByCustomer(String customer);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableJdbcRepositories(considerNestedRepositories = true, basePackageClasses = InterfaceBeanTests.class)
	static class Repositories extends AbstractJdbcConfiguration {

		@Bean
		DataSource dataSource() {
			return new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2)
				.generateUniqueName(true)
				.addScript("classpath:orders.sql")
				.build();
		}

		@Bean
		NamedParameterJdbcOperations namedParameterJdbcOperations(DataSource dataSource) {
			return new NamedParameterJdbcTemplate(dataSource);
		}

		@Bean
		JdbcTransactionManager transactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

}
