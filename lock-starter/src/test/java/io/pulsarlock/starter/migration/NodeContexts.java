package io.pulsarlock.starter.migration;

import io.pulsarlock.LockNode;
import io.pulsarlock.autoconfigure.PulsarLockAnnotationAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration;
import org.apache.pulsar.client.api.PulsarClient;
import org.mockito.Mockito;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Runs application contexts whose locks are those of a given node. */
final class NodeContexts {

	private NodeContexts() {
	}

	static ApplicationContextRunner of(LockNode node) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class, PulsarLockAutoConfiguration.class,
					PulsarLockAnnotationAutoConfiguration.class))
			// The application's own client takes two seconds to close.
			.withBean("pulsarClient", PulsarClient.class, () -> Mockito.mock(PulsarClient.class))
			.withBean(LockNode.class, () -> node);
	}

}
