package io.pulsarlock.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the metadata of the properties of health, info and endpoint.
 */
class ActuatorMetadataTests {

	@Test
	void switchesAndEndpointAreInTheGeneratedMetadata() throws IOException {
		List<Map<String, Object>> ours = JsonPath.read(metadata(),
				"$.properties[?(@.name =~ /management\\..*pulsarl(ock|ocks|eader)\\..*/)]");
		assertThat(ours).extracting((property) -> property.get("name"))
			.containsExactlyInAnyOrder("management.health.pulsarlock.enabled", "management.info.pulsarleader.enabled",
					"management.endpoint.pulsarlocks.access", "management.endpoint.pulsarlocks.cache.time-to-live");
		assertThat(ours).allSatisfy((property) -> assertThat((String) property.get("description")).endsWith("."));
		assertThat(ours).filteredOn((property) -> property.get("name").equals("management.endpoint.pulsarlocks.access"))
			.extracting((property) -> property.get("defaultValue"))
			.containsExactly("read_only");
	}

	/** Of this module, among those of all jars. */
	private String metadata() throws IOException {
		for (URL url : Collections
			.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream stream = url.openStream()) {
				String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
				if (text.contains("pulsarlock")) {
					return text;
				}
			}
		}
		throw new AssertionError("No metadata of this module");
	}

}
