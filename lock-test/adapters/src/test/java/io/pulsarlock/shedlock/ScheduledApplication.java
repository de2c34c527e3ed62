package io.pulsarlock.shedlock;

import java.time.Instant;
import java.util.concurrent.Executors;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.adapters.Protocol;
import net.javacrumbs.shedlock.core.LockAssert;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.LockProviderToUse;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * An application that was written for ShedLock on JDBC. Only its lock provider was
 * changed.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
@EnableSchedulerLock(defaultLockAtMostFor = "30s")
public class ScheduledApplication {

	public static void main(String[] args) {
		SpringApplication.run(ScheduledApplication.class, args);
	}

	@Primary
	@Bean
	LockProvider lockProvider(LockRegistry lockRegistry) {
		return new PulsarLockProvider(lockRegistry);
	}

	@Bean
	LockProvider keepAlive(LockRegistry lockRegistry) {
		return new KeepAliveLockProvider(new PulsarLockProvider(lockRegistry),
				Executors.newSingleThreadScheduledExecutor());
	}

	@Bean
	Jobs jobs() {
		return new Jobs();
	}

	static class Jobs {

		/** Much shorter than the difference of the clocks of two machines may be. */
		@Scheduled(cron = "*/2 * * * * *")
		@SchedulerLock(name = "report", lockAtLeastFor = "1s")
		public void report() {
			LockAssert.assertLocked();
			Protocol.print("report", Long.toString(Instant.now().plusMillis(50).getEpochSecond()));
		}

		@Scheduled(fixedDelay = 200)
		@SchedulerLock(name = "import")
		public void load() throws InterruptedException {
			run("import", 700);
		}

		/** Longer than the limit of its lock. */
		@Scheduled(fixedDelay = 100)
		@SchedulerLock(name = "archive", lockAtMostFor = "30s")
		@LockProviderToUse("keepAlive")
		public void archive() throws InterruptedException {
			run("archive", 60_000);
		}

		private static void run(String job, long millis) throws InterruptedException {
			LockAssert.assertLocked();
			Protocol.print(job, "begin");
			Thread.sleep(millis);
			Protocol.print(job, "end");
		}

	}

}
