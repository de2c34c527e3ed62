package com.example.shop

import io.pulsarlock.annotation.DistributedLock
import io.pulsarlock.annotation.LockContext
import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.stereotype.Component

@SpringBootApplication
class ShopApplication

@Component
class Coupons {

    @DistributedLock(name = "coupon", key = ["#couponId"], waitFor = "2s")
    fun redeem(couponId: String): Long = LockContext.current().fencingToken()
}
