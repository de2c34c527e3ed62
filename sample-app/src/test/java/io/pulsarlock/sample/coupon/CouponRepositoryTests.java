package io.pulsarlock.sample.coupon;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a fencing token does in SQL.
 */
@DataJdbcTest
class CouponRepositoryTests {

	@Autowired
	private CouponRepository coupons;

	@Test
	void olderTokenIsRefused() {
		this.coupons.insert("A", "spring", 100);
		assertThat(this.coupons.update("A", 1, false, 7)).isTrue();
		// The same holder may write again, the next one too.
		assertThat(this.coupons.update("A", 2, false, 7)).isTrue();
		assertThat(this.coupons.update("A", 3, false, 8)).isTrue();
		assertThat(this.coupons.update("A", 3, true, 7)).isFalse();
		assertThat(this.coupons.findById("A")).contains(new Coupon("A", "spring", 100, 3, false, 8));
	}

}
