package io.pulsarlock.test;

import io.pulsarlock.test.contract.AbstractSharingContractTests;
import io.pulsarlock.test.contract.ContractCluster;

/**
 * Runs the contract of shared locks in memory.
 */
class InMemorySharingContractTests extends AbstractSharingContractTests {

	@Override
	protected ContractCluster newCluster() {
		return new InMemoryContractCluster();
	}

}
