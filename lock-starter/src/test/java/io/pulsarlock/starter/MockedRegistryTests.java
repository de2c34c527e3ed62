package io.pulsarlock.starter;

import io.micrometer.core.instrument.MeterRegistry;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests the whole starter with a mock in place of its registry, which needs no Pulsar.
 */
@SpringBootTest(properties = { "spring.pulsar.client.service-url=pulsar://127.0.0.1:1", "pulsar-lock.startup=fail",
		"pulsar-lock.startup-timeout=1s", "spring.main.web-application-type=none",
		"management.endpoints.web.exposure.include=*" })
@DirtiesContext
class MockedRegistryTests {

	@MockitoBean
	private LockRegistry locks;

	@Autowired
	private Leadership leadership;

	@Autowired
	private MeterRegistry meters;

	@Test
	void startsAndUsesTheMock() throws Exception {
		given(this.locks.execute(any(), any(), any())).willReturn("mocked");
		assertThat(this.locks.<Object, RuntimeException>execute("stock", java.time.Duration.ZERO, mock()))
			.isEqualTo("mocked");
		assertThat(this.leadership.groups()).isEmpty();
		assertThat(this.meters.find("pulsar.lock.held").gauge()).isNull();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
