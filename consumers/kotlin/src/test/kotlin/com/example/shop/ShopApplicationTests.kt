package com.example.shop

import io.pulsarlock.LockRegistry
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.test.context.SpringBootTest
import java.time.Duration

@SpringBootTest
class ShopApplicationTests(@Autowired val coupons: Coupons, @Autowired val locks: LockRegistry) {

    @Test
    fun `annotation guards a method`() {
        assertThat(coupons.redeem("SPRING")).isPositive()
    }

    @Test
    fun `handle is closed by use`() {
        val token = locks.obtain("stock", "42").acquire(Duration.ofSeconds(2)).use { it.fencingToken() }
        assertThat(token).isPositive()
    }
}
