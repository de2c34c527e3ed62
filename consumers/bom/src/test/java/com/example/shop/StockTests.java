package com.example.shop;

import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StockTests {

	@Test
	void twoNodesTakeTheSameProductOneAfterTheOther() {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			long first = new Stock(cluster.node("a")).take("42");
			assertThat(new Stock(cluster.node("b")).take("42")).isGreaterThan(first);
		}
	}

}
