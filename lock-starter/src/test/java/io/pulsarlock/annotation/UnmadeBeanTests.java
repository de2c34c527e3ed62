package io.pulsarlock.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.autoconfigure.PulsarLockAnnotationAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that beans that are not created at startup count like all others.
 */
class UnmadeBeanTests {

	private static final AtomicInteger made = new AtomicInteger();

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class,
				PulsarLockAutoConfiguration.class, PulsarLockAnnotationAutoConfiguration.class))
		.withPropertyValues("spring.application.name=shop", "jobs.group=placed")
		.withBean("lockRegistry", InMemoryNode.class, () -> this.node, (definition) -> definition.setPrimary(true));

	@BeforeEach
	void reset() {
		made.set(0);
	}

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@ParameterizedTest
	@ValueSource(classes = { LazyBean.class, Prototype.class, Scoped.class, OfAFactory.class, ReturnedInterface.class,
			Composed.class, Type.class, Inherited.class })
	void nodeIsACandidateOfWhatItsDefinitionsSay(Class<?> configuration) {
		this.runner.withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			LeaderGroup group = this.node.leadership()
				.groups()
				.stream()
				.filter((each) -> each.name().equals("placed"))
				.findFirst()
				.orElseThrow();
			assertThat(made).hasValue(0);
			await().until(group::isLeader);
			assertThat(context.getBean(Job.class).job()).isEqualTo("ran");
			assertThat(made).hasPositiveValue();
		});
	}

	@Test
	void lazyApplicationIsACandidate() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(Eager.class)
			.run((context) -> {
				assertThat(this.node.leadership().groups()).extracting(LeaderGroup::name)
					.containsExactlyInAnyOrder("placed", "shop");
				assertThat(made).hasValue(0);
			});
	}

	@Test
	void definitionsMadeAheadOfTimeCount() {
		this.runner.withInitializer((context) -> {
			RootBeanDefinition definition = new RootBeanDefinition(JobBean.class);
			definition.setInstanceSupplier(JobBean::new);
			definition.setLazyInit(true);
			((GenericApplicationContext) context).registerBeanDefinition("job", definition);
			// Without a class, like the products of bean methods.
			RootBeanDefinition returned = new RootBeanDefinition();
			returned.setTargetType(UnnamedJob.class);
			returned.setInstanceSupplier(UnnamedJob::new);
			returned.setScope("prototype");
			((GenericApplicationContext) context).registerBeanDefinition("unnamed", returned);
			RootBeanDefinition template = new RootBeanDefinition(Mistaken.class);
			template.setAbstract(true);
			((GenericApplicationContext) context).registerBeanDefinition("template", template);
		}).run((context) -> {
			assertThat(this.node.leadership().groups()).extracting(LeaderGroup::name)
				.containsExactlyInAnyOrder("placed", "shop");
			assertThat(made).hasValue(0);
		});
	}

	@Test
	void mistakeInALazyBeanFailsTheStart() {
		this.runner.withBean("mistaken", Mistaken.class, Mistaken::new, (definition) -> definition.setLazyInit(true))
			.run((context) -> assertThat(AnnotationValidationTests.find(context.getStartupFailure()))
				.hasMessageContaining("'mistaken'")
				.hasMessageContaining("private"));
	}

	@Test
	void groupOfALazyBeanThatCannotBeResolvedFailsTheStart() {
		this.runner.withUserConfiguration(LazyBean.class)
			.withPropertyValues("jobs.group=")
			.withBean("unresolved", Unresolved.class, Unresolved::new, (definition) -> definition.setLazyInit(true))
			.run((context) -> assertThat(AnnotationValidationTests.find(context.getStartupFailure()))
				.hasMessageContaining("${no.such.group}"));
	}

	@Test
	void whatOnlyTheBeanItselfCouldSayIsNotRefused() {
		this.runner.withUserConfiguration(WithAFallback.class)
			.run((context) -> assertThat(context.getBean(Guessed.class).guess("a")).isEqualTo("a"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Eager {

		@Bean
		JobBean job() {
			return new JobBean();
		}

		@Bean
		UnnamedJob unnamed() {
			return new UnnamedJob();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBean {

		@Bean
		@Lazy
		JobBean job() {
			return new JobBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Prototype {

		@Bean
		@Scope("prototype")
		JobBean job() {
			return new JobBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Scoped {

		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("thread", new SimpleThreadScope());
			return scopes;
		}

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
		JobBean job() {
			return new JobBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfAFactory {

		@Bean
		static JobFactory job() {
			return new JobFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReturnedInterface {

		@Bean
		@Lazy
		AnnotatedJob job() {
			return new AnnotatedJob() {

				{
					made.incrementAndGet();
				}

				@Override
				public String job() {
					return "ran";
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Composed {

		@Bean
		@Lazy
		ComposedJob job() {
			return new ComposedJob();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Type {

		@Bean
		@Lazy
		TypeJob job() {
			return new TypeJob();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Inherited {

		@Bean
		@Lazy
		SpecialJob job() {
			return () -> {
				made.incrementAndGet();
				return "ran";
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithAFallback {

		@Bean
		@Lazy
		Guessed guessed() {
			return new Guess();
		}

	}

	interface Job {

		@Nullable String job();

	}

	interface AnnotatedJob extends Job {

		@Override
		@LeaderOnly("${jobs.group}")
		@Nullable String job();

	}

	interface SpecialJob extends AnnotatedJob {

	}

	static class JobBean implements Job {

		JobBean() {
			made.incrementAndGet();
		}

		@Override
		@LeaderOnly("${jobs.group}")
		public @Nullable String job() {
			return "ran";
		}

	}

	static class JobFactory implements FactoryBean<JobBean> {

		@Override
		public JobBean getObject() {
			return new JobBean();
		}

		@Override
		public Class<?> getObjectType() {
			return JobBean.class;
		}

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@LeaderOnly
	@interface OnTheLeader {

		@AliasFor(annotation = LeaderOnly.class, attribute = "group")
		String in();

	}

	static class ComposedJob implements Job {

		ComposedJob() {
			made.incrementAndGet();
		}

		@Override
		@OnTheLeader(in = "${jobs.group}")
		public @Nullable String job() {
			return "ran";
		}

	}

	@LeaderOnly("${jobs.group}")
	static class TypeJob implements Job {

		TypeJob() {
			made.incrementAndGet();
		}

		@Override
		public @Nullable String job() {
			return "ran";
		}

	}

	static class UnnamedJob implements Callable<@Nullable Void> {

		@Override
		@LeaderOnly
		public @Nullable Void call() {
			return null;
		}

	}

	static class Mistaken {

		@LeaderOnly
		private void run() {
		}

	}

	static class Unresolved {

		@LeaderOnly("${no.such.group}")
		void run() {
		}

	}

	interface Guessed {

		@DistributedLock(name = "guess", key = "#word", fallback = "instead")
		String guess(String word);

	}

	static class Guess implements Guessed {

		@Override
		public String guess(String word) {
			return word;
		}

		String instead(String word) {
			return "none";
		}

	}

}
