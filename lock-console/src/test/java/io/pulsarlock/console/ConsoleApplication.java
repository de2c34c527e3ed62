package io.pulsarlock.console;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.SecurityFilterChain;

/**
 * An application with the console that lets everybody in. Its locks come from elsewhere.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ConsoleApplication {

	/** As if there were no Spring Security: it adds nothing and refuses nothing. */
	@Bean
	SecurityFilterChain everybody(HttpSecurity http) {
		return http.csrf(AbstractHttpConfigurer::disable).headers(AbstractHttpConfigurer::disable).build();
	}

	@Bean
	Stall stall() {
		return new Stall();
	}

}
