package io.pulsarlock.console;

import java.time.Duration;

import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.InMemoryLockCluster;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Locks in memory with a lease that outlasts the stalls of a busy machine with a browser.
 */
@Configuration(proxyBeanMethods = false)
class SteadyLocks {

	@Bean
	InMemoryLockCluster cluster() {
		return InMemoryLockCluster.create(Duration.ofSeconds(30), Duration.ofSeconds(10), 2);
	}

	@Bean
	LockNode node(InMemoryLockCluster cluster) {
		return cluster.node("application");
	}

}
