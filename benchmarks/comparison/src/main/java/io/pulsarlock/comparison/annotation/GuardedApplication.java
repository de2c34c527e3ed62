package io.pulsarlock.comparison.annotation;

import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.inmemory.InMemoryLockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application with both libraries. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableSchedulerLock(defaultLockAtMostFor = "PT10M")
public class GuardedApplication {

	@Bean
	Guarded guarded() {
		return new Guarded();
	}

	@Bean
	LockProvider lockProvider() {
		return new InMemoryLockProvider();
	}

}
