package io.pulsarlock.test;

import io.pulsarlock.test.contract.AbstractOutageContractTests;
import io.pulsarlock.test.contract.ContractCluster;

/**
 * Runs the contract in memory.
 */
class InMemoryContractTests extends AbstractOutageContractTests {

	@Override
	protected ContractCluster newCluster() {
		return new InMemoryContractCluster();
	}

}
