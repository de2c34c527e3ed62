package io.pulsarlock.test;

import io.pulsarlock.test.broker.TestPulsar;
import io.pulsarlock.test.contract.AbstractLeaderContractTests;
import io.pulsarlock.test.contract.ContractCluster;

/**
 * Runs the contract on a real broker that is not stopped.
 * {@link PulsarOutageContractTests} runs the rest.
 */
class PulsarContractTests extends AbstractLeaderContractTests {

	@Override
	protected ContractCluster newCluster() {
		TestPulsar pulsar = TestPulsar.shared();
		return new PulsarContractCluster(pulsar.serviceUrl(), pulsar.admin(), null);
	}

}
