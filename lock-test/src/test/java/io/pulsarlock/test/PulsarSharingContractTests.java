package io.pulsarlock.test;

import io.pulsarlock.test.broker.TestPulsar;
import io.pulsarlock.test.contract.AbstractSharingContractTests;
import io.pulsarlock.test.contract.ContractCluster;

/**
 * Runs the contract of shared locks on a real broker.
 */
class PulsarSharingContractTests extends AbstractSharingContractTests {

	@Override
	protected ContractCluster newCluster() {
		TestPulsar pulsar = TestPulsar.shared();
		return new PulsarContractCluster(pulsar.serviceUrl(), pulsar.admin(), null);
	}

}
