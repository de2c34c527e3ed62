package io.pulsarlock.test.broker;

import java.util.UUID;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The broker that all tests of one run share. A container where a Docker engine answers,
 * else a child process, which only a checkout of this project can start;
 * {@code -Dpulsar.test.broker=process|container|<pulsar url>} forces one (with a url also
 * {@code -Dpulsar.test.admin=<http url>}). The choice is logged.
 *
 * @param serviceUrl where clients connect
 * @param admin administrative requests
 * @param process the child process, or null if the broker is not one
 * @since 0.1.0
 */
public record TestPulsar(String serviceUrl, Admin admin, @Nullable PulsarBroker process) {

	private static final Log logger = LogFactory.getLog(TestPulsar.class);

	private static @Nullable TestPulsar shared;

	/**
	 * The shared broker, started by the first call and stopped with this process.
	 * @return the broker
	 */
	public static synchronized TestPulsar shared() {
		TestPulsar pulsar = shared;
		if (pulsar == null) {
			pulsar = choose(System.getProperty("pulsar.test.broker", ""));
			shared = pulsar;
		}
		return pulsar;
	}

	private static TestPulsar choose(String forced) {
		if (forced.startsWith("pulsar")) {
			logger.info("Test broker: " + forced + ", as set by -Dpulsar.test.broker");
			return new TestPulsar(forced, new Admin(System.getProperty("pulsar.test.admin", "http://127.0.0.1:8080")),
					null);
		}
		boolean container = forced.equals("container") || (forced.isEmpty() && dockerAnswers());
		logger.info("Test broker: " + (container ? "a container" : "a child process") + ", " + (forced.isEmpty()
				? "because " + (container ? "a" : "no") + " Docker engine answers" : "as set by -Dpulsar.test.broker"));
		if (container) {
			return ContainerBroker.start();
		}
		PulsarBroker broker = PulsarBroker.start();
		return new TestPulsar(broker.serviceUrl(), broker.admin(), broker);
	}

	private static boolean dockerAnswers() {
		try {
			return ContainerBroker.isPossible();
		}
		catch (NoClassDefFoundError ex) {
			// Testcontainers is optional.
			return false;
		}
	}

	/**
	 * Creates a namespace for the caller alone.
	 * @return its tenant and name
	 */
	public String newNamespace() {
		String namespace = "public/test-" + UUID.randomUUID();
		this.admin.createNamespace(namespace);
		return namespace;
	}

}
