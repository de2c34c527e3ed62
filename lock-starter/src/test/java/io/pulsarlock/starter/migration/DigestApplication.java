package io.pulsarlock.starter.migration;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The application of the documented test with two nodes. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class DigestApplication {

	@Bean
	Digest digest() {
		return new Digest();
	}

}
