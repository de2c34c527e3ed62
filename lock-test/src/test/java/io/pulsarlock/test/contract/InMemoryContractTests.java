package io.pulsarlock.test.contract;

/**
 * The contract in memory.
 */
class InMemoryContractTests extends AbstractOutageContractTests {

	@Override
	protected ContractCluster newCluster() {
		return new InMemoryContractCluster();
	}

}
