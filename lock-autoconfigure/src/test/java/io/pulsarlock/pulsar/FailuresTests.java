package io.pulsarlock.pulsar;

import io.pulsarlock.LockUnavailableException;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the messages for failures of the Pulsar client.
 */
class FailuresTests {

	@Test
	void classesOfTheClientAreNotNamed() {
		Failures failures = new Failures(TopicSettings.of("shop"));
		PulsarClientException refused = new PulsarClientException(
				"java.util.concurrent.CompletionException: org.apache.pulsar.shade.io.netty.channel."
						+ "AbstractChannel$AnnotatedConnectException: Connection refused: localhost/127.0.0.1:6650");
		assertThat(failures.translate(refused, "persistent://public/default/t-0"))
			.isInstanceOf(LockUnavailableException.class)
			.hasMessageEndingWith("'persistent://public/default/t-0': Connection refused: localhost/127.0.0.1:6650");
	}

}
