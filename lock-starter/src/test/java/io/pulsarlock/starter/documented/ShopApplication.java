package io.pulsarlock.starter.documented;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The application of the documented tests. */
@SpringBootApplication(proxyBeanMethods = false)
class ShopApplication {

	@Bean
	Shop.Coupons coupons() {
		return (couponId, token) -> {
		};
	}

}
