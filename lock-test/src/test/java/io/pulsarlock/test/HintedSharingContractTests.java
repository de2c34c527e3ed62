package io.pulsarlock.test;

import io.pulsarlock.test.broker.TestPulsar;
import io.pulsarlock.test.contract.AbstractSharingContractTests;
import io.pulsarlock.test.contract.ContractCluster;
import org.junit.jupiter.api.Tag;

/**
 * Runs the contract of shared locks on a real broker with hints of which every third gets
 * lost.
 */
@Tag("proof")
class HintedSharingContractTests extends AbstractSharingContractTests {

	@Override
	protected ContractCluster newCluster() {
		TestPulsar pulsar = TestPulsar.shared();
		return new PulsarContractCluster(pulsar.serviceUrl(), pulsar.admin(), null, new HintingConnector.Bus(0.33));
	}

}
