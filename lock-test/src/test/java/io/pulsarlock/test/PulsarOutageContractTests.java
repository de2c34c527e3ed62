package io.pulsarlock.test;

import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.TestPulsar;
import io.pulsarlock.test.contract.AbstractOutageContractTests;
import io.pulsarlock.test.contract.ContractCluster;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/**
 * Runs the whole contract on a real broker; tests that stop the broker use one of their
 * own.
 */
@Tag("proof")
class PulsarOutageContractTests extends AbstractOutageContractTests {

	private static @Nullable PulsarBroker own;

	@Override
	protected ContractCluster newCluster() {
		TestPulsar pulsar = TestPulsar.shared();
		return new PulsarContractCluster(pulsar.serviceUrl(), pulsar.admin(), null);
	}

	@Override
	protected ContractCluster newStoppableCluster() {
		PulsarBroker broker = ownBroker();
		return new PulsarContractCluster(broker.serviceUrl(), broker.admin(), broker);
	}

	private static synchronized PulsarBroker ownBroker() {
		PulsarBroker broker = own;
		if (broker == null) {
			broker = PulsarBroker.start();
			own = broker;
		}
		return broker;
	}

	@AfterAll
	static synchronized void stopOwnBroker() {
		PulsarBroker broker = own;
		if (broker != null) {
			broker.close();
		}
		own = null;
	}

}
