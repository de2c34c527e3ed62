package io.pulsarlock.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Fails the start if a property is set by its former name, which would otherwise be
 * ignored silently.
 */
final class RenamedProperties {

	private static final List<Renamed> ALL = List.of(
			new Renamed("pulsar-lock.leader.group", "pulsar-lock.leader.default-group"),
			new Renamed("pulsar-lock.leader.groups", "pulsar-lock.leader.join-groups"),
			new Renamed("pulsar-lock.affinity.idle", "pulsar-lock.cache.idle"),
			new Renamed("pulsar-lock.affinity.max-locks", "pulsar-lock.cache.max-locks"));

	private RenamedProperties() {
	}

	/**
	 * Checks for former names.
	 * @throws InvalidConfigurationPropertyValueException if one is set
	 */
	static void check(Environment environment) {
		if (!(environment instanceof ConfigurableEnvironment)) {
			return;
		}
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			for (Renamed renamed : ALL) {
				ConfigurationProperty found = find(source, ConfigurationPropertyName.of(renamed.before()));
				if (found != null) {
					throw new InvalidConfigurationPropertyValueException(found.getName().toString(), found.getValue(),
							"The property is now called '" + renamed.now() + "'; '" + renamed.before()
									+ "' no longer has an effect.");
				}
			}
		}
	}

	/** A value, or the first element of a list. */
	private static @Nullable ConfigurationProperty find(ConfigurationPropertySource source,
			ConfigurationPropertyName name) {
		ConfigurationProperty found = source.getConfigurationProperty(name);
		return (found != null) ? found : source.getConfigurationProperty(name.append("[0]"));
	}

	private record Renamed(String before, String now) {
	}

}
