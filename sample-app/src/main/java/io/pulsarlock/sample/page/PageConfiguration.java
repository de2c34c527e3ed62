package io.pulsarlock.sample.page;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The page comes from one node and talks to all of them, so that it outlives any; for a
 * browser these are different origins. Only those of this machine are let in.
 */
@Configuration(proxyBeanMethods = false)
class PageConfiguration implements WebMvcConfigurer {

	@Override
	public void addCorsMappings(CorsRegistry registry) {
		registry.addMapping("/api/**")
			.allowedOriginPatterns("http://127.0.0.1:[*]", "http://localhost:[*]")
			.allowedMethods("GET", "POST", "PUT");
	}

}
