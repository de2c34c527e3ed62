package io.pulsarlock.starter.readme;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The application of the README's tests. */
@SpringBootApplication(proxyBeanMethods = false)
class ShopApplication {

	@Bean
	Shop.Coupons coupons() {
		return (couponId, token) -> {
		};
	}

}
