package io.pulsarlock.test.broker;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.pulsar.PulsarContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The broker in a container. Apart from {@link TestPulsar}, so that Testcontainers need
 * not be there.
 */
final class ContainerBroker {

	private static final DockerImageName IMAGE = DockerImageName.parse("apachepulsar/pulsar:4.2.4");

	private ContainerBroker() {
	}

	static boolean isPossible() {
		return DockerClientFactory.instance().isDockerAvailable();
	}

	@SuppressWarnings("resource")
	static TestPulsar start() {
		PulsarContainer container = new PulsarContainer(IMAGE);
		container.start();
		return new TestPulsar(container.getPulsarBrokerUrl(), new Admin(container.getHttpServiceUrl()), null);
	}

}
