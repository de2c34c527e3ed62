package io.pulsarlock.annotation;

import java.util.Set;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application can be built without values that exist only where it runs.
 */
class AheadOfTimeTests {

	@Test
	void nameThatIsSetWhereTheApplicationRunsIsProcessed() {
		InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
		GenericApplicationContext context = new GenericApplicationContext();
		new AnnotatedBeanDefinitionReader(context).register(Application.class);
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("io.pulsarlock.annotation", "Generated")), files);
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		generation.writeGeneratedContent();
		Set<String> sources = files.getGeneratedFiles(Kind.SOURCE).keySet();
		assertThat(sources).isNotEmpty();
		// The proxy's class is made at build time.
		assertThat(files.getGeneratedFiles(Kind.CLASS).keySet())
			.anyMatch((name) -> name.contains("AheadOfTimeTests$Job$$SpringCGLIB"));
	}

	@Test
	void nameThatIsNotSetThereEither() {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			Guarded.on(cluster, "node").withUserConfiguration(Placeholders.class).withBean(Job.class).run((context) -> {
				assertThat(context).hasFailed();
				assertThat(AnnotationValidationTests.find(context.getStartupFailure()))
					.hasMessageContaining("${job.name}")
					.hasMessageContaining("cannot be resolved");
			});
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ PropertyPlaceholderAutoConfiguration.class, Guarded.Annotations.class, Job.class })
	static class Application {

		@Bean
		LockRegistry lockRegistry() {
			throw new IllegalStateException("Nothing runs at build time");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(PropertyPlaceholderAutoConfiguration.class)
	static class Placeholders {

	}

	public static class Job {

		@DistributedLock("${job.name}")
		public void run() {
		}

	}

}
