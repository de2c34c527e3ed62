package io.pulsarlock.console;

import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every property of the console is described as Boot describes its own.
 */
class ConsoleMetadataTests {

	@Test
	void propertiesAreTheseAndDescribed() throws Exception {
		String location = PulsarLockConsoleProperties.class.getProtectionDomain()
			.getCodeSource()
			.getLocation()
			.toString();
		try (InputStream stream = URI.create(location + "META-INF/spring-configuration-metadata.json")
			.toURL()
			.openStream()) {
			List<Map<String, Object>> properties = JsonPath.parse(stream).read("$.properties");
			assertThat(properties).extracting((property) -> property.get("name") + "=" + property.get("defaultValue"))
				.containsExactlyInAnyOrder("pulsar-lock.console.enabled=false", "pulsar-lock.console.path=/pulsar-lock",
						"pulsar-lock.console.refresh=2s", "pulsar-lock.console.writes=false");
			assertThat(properties)
				.allSatisfy((property) -> assertThat((String) property.get("description")).endsWith(".")
					.doesNotStartWith("The ")
					.doesNotStartWith("A "));
		}
	}

}
