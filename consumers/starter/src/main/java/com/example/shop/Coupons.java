package com.example.shop;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockContext;

import org.springframework.stereotype.Component;

@Component
public class Coupons {

	@DistributedLock(name = "coupon", key = "#couponId", waitFor = "2s")
	public long redeem(String couponId) {
		return LockContext.current().fencingToken();
	}

}
