package io.pulsarlock.starter.documented;

import java.time.Duration;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.test.memory.AutoConfigureInMemoryLocks;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest
@AutoConfigureInMemoryLocks
class ShopTests {

	@Autowired
	private Shop shop;

	@Autowired
	private InMemoryLockCluster cluster;

	@Test
	void couponIsRedeemedByOneAtATime() throws Exception {
		this.shop.redeem("SPRING");
		try (LockHandle other = this.cluster.node("other").obtain("coupon", "SUMMER").acquire(Duration.ZERO)) {
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> this.shop.redeem("SUMMER"));
		}
	}

}
