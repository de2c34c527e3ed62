package io.pulsarlock.test;

import io.pulsarlock.test.broker.TestPulsar;
import io.pulsarlock.test.contract.AbstractLeaderContractTests;
import io.pulsarlock.test.contract.ContractCluster;
import org.junit.jupiter.api.Tag;

/**
 * Runs the contract on a real broker with hints of which every third gets lost. As soon
 * as a node has joined they reach it, which those of a broker do some seconds later.
 */
@Tag("proof")
class HintedContractTests extends AbstractLeaderContractTests {

	@Override
	protected ContractCluster newCluster() {
		TestPulsar pulsar = TestPulsar.shared();
		return new PulsarContractCluster(pulsar.serviceUrl(), pulsar.admin(), null, new HintingConnector.Bus(0.33));
	}

}
