package io.pulsarlock.sample;

import org.testcontainers.pulsar.PulsarContainer;
import org.testcontainers.utility.DockerImageName;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;

/**
 * One node with a Pulsar in a container, for people with Docker:
 * {@code mvn -DskipTests install} and then
 * {@code mvn -pl sample-app spring-boot:test-run}.
 */
final class TestSampleApplication {

	private TestSampleApplication() {
	}

	public static void main(String[] args) {
		SpringApplication.from(SampleApplication::main).with(Containers.class).run("--spring.profiles.active=node");
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Containers {

		@Bean
		@ServiceConnection
		PulsarContainer pulsar() {
			return new PulsarContainer(DockerImageName.parse("apachepulsar/pulsar:4.2.4"));
		}

	}

}
