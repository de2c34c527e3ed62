package io.pulsarlock.starter.documented;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockAssert;
import io.pulsarlock.annotation.LockContext;

import org.springframework.stereotype.Component;

/** The class under test in the documented tests. */
@Component
class Shop {

	private final Coupons coupons;

	Shop(Coupons coupons) {
		this.coupons = coupons;
	}

	@DistributedLock(name = "coupon", key = "#couponId")
	public void redeem(String couponId) {
		LockAssert.assertHeld("coupon");
		this.coupons.redeem(couponId, LockContext.current().fencingToken());
	}

	interface Coupons {

		void redeem(String couponId, long token);

	}

}
