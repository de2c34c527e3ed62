package io.pulsarlock.starter.documented;

import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.LockLostException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RedemptionTests {

	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@Test
	void couponIsWrittenWithItsToken() {
		List<Long> tokens = new ArrayList<>();
		Shop shop = new Shop((couponId, token) -> tokens.add(token));
		this.cluster.withLock("coupon", "SPRING", () -> shop.redeem("SPRING"));
		assertThat(tokens).hasSize(1);
	}

	@Test
	void lostLockIsNoticed() {
		Shop shop = new Shop((couponId, token) -> this.cluster.lose("coupon:SPRING"));
		assertThatExceptionOfType(LockLostException.class)
			.isThrownBy(() -> this.cluster.withLock("coupon", "SPRING", () -> shop.redeem("SPRING")));
	}

}
