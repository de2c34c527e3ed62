package io.pulsarlock.annotation;

import java.lang.reflect.Constructor;
import java.util.List;

import io.pulsarlock.test.memory.InMemoryLockCluster;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanNameAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.ApplicationObjectSupport;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests which classes of beans can be guarded, and which of their methods are.
 */
class ProxiedClassTests {

	private static InMemoryLockCluster cluster;

	@BeforeAll
	static void createCluster() {
		cluster = InMemoryLockCluster.create();
	}

	@AfterAll
	static void closeCluster() {
		cluster.close();
	}

	static List<Arguments> mistakes() {
		return List.of(Arguments.of(FinalClass.class, "its class is final", "Remove 'final' from the class"),
				Arguments.of(RecordClass.class, "its class is a record", "Make it a class"),
				Arguments.of(SealedClass.class, "its class is sealed", "Remove 'sealed'"),
				Arguments.of(PrivateConstructor.class, "private constructors only", "Make one of its constructors"),
				Arguments.of(FinalBeside.class, "the method 'other' beside it is final", "Remove 'final' from"),
				Arguments.of(InheritedFinalBeside.class, "the method 'other' beside it is final", "Remove 'final'"),
				Arguments.of(InheritedFinalOfOwnBase.class, "it is final", "Remove 'final'"),
				Arguments.of(AtConstruction.class, "the container calls it on the bean itself", "ApplicationRunner"),
				Arguments.of(AtDestruction.class, "the container calls it on the bean itself", "ApplicationRunner"),
				Arguments.of(AtInitialization.class, "the container calls it on the bean itself", "LockRegistry"));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	<T> void mistakeStopsTheStartAndIsExplained(Class<T> type, String problem, String action) {
		Guarded.on(cluster, "node").withBean("wrong", type, () -> type.cast(make(type))).run((context) -> {
			assertThat(context).hasFailed();
			InvalidLockAnnotationException found = AnnotationValidationTests.find(context.getStartupFailure());
			assertThat(found).hasMessageContaining("bean 'wrong'").hasMessageContaining(problem);
			assertThat(found.getAction()).contains(action);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Beginning.class, Ending.class, LazyBeginning.class })
	void methodThatADefinitionNamesForTheContainerIsRefused(Class<?> configuration) {
		Guarded.on(cluster, "node").withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(AnnotationValidationTests.find(context.getStartupFailure())).hasMessageContaining("bean 'cache'")
				.hasMessageContaining("the container calls it on the bean itself");
		});
	}

	@Test
	void otherMethodsOfABeanWithSuchAreGuarded() {
		Guarded.on(cluster, "node")
			.withUserConfiguration(GuardedType.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(classes = { FinalClass.class, RecordClass.class, SealedClass.class, FinalBeside.class })
	<T> void mistakeOfABeanThatIsMadeLaterStopsTheStart(Class<T> type) {
		for (String scope : List.of(BeanDefinition.SCOPE_SINGLETON, BeanDefinition.SCOPE_PROTOTYPE)) {
			Guarded.on(cluster, "node").withBean("wrong", type, () -> type.cast(make(type)), (definition) -> {
				definition.setLazyInit(true);
				definition.setScope(scope);
			}).run((context) -> {
				assertThat(context).hasFailed();
				assertThat(AnnotationValidationTests.find(context.getStartupFailure()))
					.hasMessageContaining("bean 'wrong'");
			});
		}
	}

	private static Object make(Class<?> type) {
		try {
			Constructor<?> constructor = type.getDeclaredConstructor();
			constructor.setAccessible(true);
			return constructor.newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void baseClassOfTheFrameworkIsLeftOut() {
		Guarded.on(cluster, "node").withBean(Dao.class, () -> new Dao()).withBean(Messages.class).run((context) -> {
			assertThat(context.getBean(Dao.class).find()).isEqualTo("dao");
			assertThat(context.getBean(Messages.class).find()).isEqualTo("messages");
		});
	}

	@Test
	void callbacksOfTheContainerAreLeftOut() {
		Guarded.on(cluster, "node")
			.withBean("lifecycle", Managed.class)
			.withUserConfiguration(GuardedConfiguration.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean("&lifecycle", SmartLifecycle.class).isRunning()).isTrue();
				assertThat(context.getBean(StringBuilder.class)).isNotNull();
				assertThat(Managed.name).isEqualTo("lifecycle");
				assertThat(context.getBean(String.class)).isEqualTo("made");
			});
	}

	@Test
	void finalClassBehindAnInterfaceIsGuarded() {
		Guarded.on(cluster, "node")
			.withBean(FinalJob.class)
			.run((context) -> assertThat(context.getBean(Job.class).run()).isEqualTo("job"));
	}

	static class Cache {

		@DistributedLock("a")
		void load() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Beginning {

		@Bean(initMethod = "load")
		Cache cache() {
			return new Cache();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Ending {

		@Bean(destroyMethod = "load")
		Cache cache() {
			return new Cache();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBeginning {

		@Bean(initMethod = "load")
		@Lazy
		Cache cache() {
			return new Cache();
		}

	}

	@DistributedLock("a")
	static class WholeCache {

		void load() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class GuardedType {

		@Bean(initMethod = "load")
		WholeCache cache() {
			return new WholeCache();
		}

	}

	static final class FinalClass {

		@DistributedLock("a")
		void method() {
		}

	}

	record RecordClass() {

		@DistributedLock("a")
		void method() {
		}

	}

	static sealed class SealedClass permits SealedClass.Permitted {

		@DistributedLock("a")
		void method() {
		}

		static final class Permitted extends SealedClass {

		}

	}

	static class PrivateConstructor {

		private PrivateConstructor() {
		}

		@DistributedLock("a")
		void method() {
		}

	}

	static class FinalBeside {

		@DistributedLock("a")
		void method() {
		}

		final void other() {
		}

	}

	static class Base {

		public final void other() {
		}

	}

	static class InheritedFinalBeside extends Base {

		@DistributedLock("a")
		void method() {
		}

	}

	@DistributedLock("a")
	static class InheritedFinalOfOwnBase extends Base {

		void method() {
		}

	}

	static class AtConstruction {

		@PostConstruct
		@DistributedLock("a")
		void method() {
		}

	}

	static class AtDestruction {

		@PreDestroy
		@LeaderOnly
		void method() {
		}

	}

	static class AtInitialization implements InitializingBean {

		@Override
		@DistributedLock("a")
		public void afterPropertiesSet() {
		}

	}

	@DistributedLock("dao")
	@SuppressWarnings("removal")
	static class Dao extends org.springframework.jdbc.core.support.JdbcDaoSupport {

		Dao() {
			setDataSource(new DriverManagerDataSource("jdbc:h2:mem:dao"));
		}

		public String find() {
			return LockContext.current().name();
		}

	}

	@DistributedLock("messages")
	static class Messages extends ApplicationObjectSupport {

		public String find() {
			return LockContext.current().name();
		}

	}

	@LeaderOnly("managed")
	static class Managed implements SmartLifecycle, BeanNameAware, FactoryBean<StringBuilder>, AutoCloseable {

		private boolean running;

		private static String name = "";

		@Override
		public void setBeanName(String name) {
			Managed.name = name;
		}

		public String work() {
			return name;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public boolean isSingleton() {
			return true;
		}

		@Override
		public StringBuilder getObject() {
			return new StringBuilder();
		}

		@Override
		public Class<?> getObjectType() {
			return StringBuilder.class;
		}

		@Override
		public void close() {
		}

	}

	@Configuration
	@LeaderOnly("configuration")
	static class GuardedConfiguration {

		@Bean
		String made() {
			return "made";
		}

	}

	interface Job {

		String run();

	}

	static final class FinalJob implements Job {

		@Override
		@DistributedLock("job")
		public String run() {
			return LockContext.current().name();
		}

	}

}
