package io.pulsarlock.sample;

import java.util.Arrays;

import io.pulsarlock.sample.demo.Demo;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Two things in one jar: with the profile {@code node} one node of the sample, and
 * without any profile the demo, which starts a broker and several nodes.
 */
@SpringBootApplication
@EnableConfigurationProperties(SampleProperties.class)
@EnableScheduling
public class SampleApplication {

	public static void main(String[] args) {
		if (hasProfile(args)) {
			SpringApplication.run(SampleApplication.class, args);
		}
		else {
			Demo.main(args);
		}
	}

	private static boolean hasProfile(String[] args) {
		return Arrays.stream(args).anyMatch((arg) -> arg.startsWith("--spring.profiles.active="))
				|| System.getProperty("spring.profiles.active") != null
				|| System.getenv("SPRING_PROFILES_ACTIVE") != null;
	}

}
