package io.pulsarlock.autoconfigure;

import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that every property is described in the style of Spring Boot.
 */
class ConfigurationMetadataTests {

	/** Null unless set, or an empty list. */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("pulsar-lock.annotations.order", "pulsar-lock.cluster",
			"pulsar-lock.node", "pulsar-lock.leader.default-group", "pulsar-lock.leader.join-groups",
			"pulsar-lock.security.encryption-keys", "pulsar-lock.security.record-keys");

	@Test
	void everyPropertyHasADescriptionInBootsStyle() throws Exception {
		assertThat(properties()).allSatisfy((property) -> {
			String description = (String) property.get("description");
			assertThat(description).as(name(property))
				.isNotBlank()
				.endsWith(".")
				.doesNotStartWith("The ")
				.doesNotStartWith("A ")
				.doesNotContain("\n", "{@", "<");
			String type = (String) property.get("type");
			if (type.equals("java.lang.Boolean")) {
				assertThat(description).as(name(property)).matches("(Whether|Enable) .*");
			}
			if (type.startsWith("java.util.")) {
				assertThat(description).as(name(property)).startsWith("Comma-separated list");
			}
		});
	}

	@Test
	void everyPropertyHasADefaultUnlessItIsNull() throws Exception {
		assertThat(properties())
			.allSatisfy((property) -> assertThat(property.containsKey("defaultValue")).as(name(property))
				.isNotEqualTo(WITHOUT_DEFAULT.contains(name(property))));
	}

	@Test
	void timesAreDurations() throws Exception {
		assertThat(properties()).filteredOn((property) -> name(property).matches(".*(timeout|lease|grace|wait-for)"))
			.hasSize(4)
			.allSatisfy((property) -> assertThat(property).containsEntry("type", "java.time.Duration"));
	}

	@Test
	void propertiesAreThese() throws Exception {
		assertThat(properties()).extracting(ConfigurationMetadataTests::name)
			.contains("pulsar-lock.enabled", "pulsar-lock.cluster", "pulsar-lock.node", "pulsar-lock.startup",
					"pulsar-lock.startup-timeout", "pulsar-lock.topic.tenant", "pulsar-lock.topic.namespace",
					"pulsar-lock.topic.prefix", "pulsar-lock.topic.shards", "pulsar-lock.topic.subscription-prefix",
					"pulsar-lock.security.record-keys", "pulsar-lock.session.lease",
					"pulsar-lock.session.reconnect-grace", "pulsar-lock.annotations.enabled",
					"pulsar-lock.annotations.wait-for", "pulsar-lock.annotations.order",
					"pulsar-lock.leader.default-group", "pulsar-lock.leader.join-groups");
	}

	private static String name(Map<String, Object> property) {
		return (String) property.get("name");
	}

	private static List<Map<String, Object>> properties() throws Exception {
		String resource = "META-INF/spring-configuration-metadata.json";
		String location = PulsarLockProperties.class.getProtectionDomain().getCodeSource().getLocation().toString();
		try (InputStream stream = URI.create(location + resource).toURL().openStream()) {
			List<Map<String, Object>> properties = JsonPath.parse(stream).read("$.properties");
			return properties.stream()
				.filter((property) -> name(property).startsWith("pulsar-lock.") && !property.containsKey("deprecation"))
				.toList();
		}
	}

}
