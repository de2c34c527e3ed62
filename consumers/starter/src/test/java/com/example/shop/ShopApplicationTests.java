package com.example.shop;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
class ShopApplicationTests {

	@Autowired
	private Coupons coupons;

	@Test
	void couponIsRedeemedWithATokenThatGrows() {
		long first = this.coupons.redeem("SPRING");
		assertThat(this.coupons.redeem("SPRING")).isGreaterThanOrEqualTo(first).isPositive();
	}

}
