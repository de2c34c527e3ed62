package io.pulsarlock.console;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Configuration properties for the console.
 *
 * @since 0.2.0
 */
@ConfigurationProperties("pulsar-lock.console")
public final class PulsarLockConsoleProperties {

	private static final Duration SHORTEST_REFRESH = Duration.ofMillis(200);

	private static final Duration LONGEST_REFRESH = Duration.ofMinutes(1);

	/**
	 * Whether to enable the console, a page that shows the lock cluster to users whom the
	 * application's own security admits.
	 */
	private final boolean enabled;

	/** Path of the console below the application's own. */
	private final String path;

	/**
	 * Whether to enable the buttons of the console that release locks, resign leader
	 * groups, expel silent sessions and forget fire times.
	 */
	private final boolean writes;

	/** Time between two refreshes of an open page. */
	private final Duration refresh;

	PulsarLockConsoleProperties(@DefaultValue("false") boolean enabled, @DefaultValue("/pulsar-lock") String path,
			@DefaultValue("false") boolean writes, @DefaultValue("2s") Duration refresh) {
		this.enabled = enabled;
		this.path = path;
		this.writes = writes;
		this.refresh = refresh;
		if (enabled) {
			check();
		}
	}

	private void check() {
		if (!this.path.matches("(/[A-Za-z0-9._~-]+)+") || this.path.matches(".*/\\.{1,2}(/.*)?")) {
			throw new InvalidConfigurationPropertyValueException("pulsar-lock.console.path", this.path,
					"It must be one or more slashes, each with letters, digits or any of - _ . ~ after it, "
							+ "like /pulsar-lock.");
		}
		if (this.refresh.compareTo(SHORTEST_REFRESH) < 0 || this.refresh.compareTo(LONGEST_REFRESH) > 0) {
			throw new InvalidConfigurationPropertyValueException("pulsar-lock.console.refresh",
					this.refresh.toMillis() + "ms",
					"It must be from " + SHORTEST_REFRESH.toMillis() + "ms to " + LONGEST_REFRESH.toMinutes() + "m.");
		}
	}

	/**
	 * Whether to enable the console, a page that shows the lock cluster to users whom the
	 * application's own security admits.
	 * @return the value
	 */
	public boolean enabled() {
		return this.enabled;
	}

	/**
	 * Path of the console below the application's own.
	 * @return the value
	 */
	public String path() {
		return this.path;
	}

	/**
	 * Whether to enable the buttons of the console that release locks, resign leader
	 * groups, expel silent sessions and forget fire times.
	 * @return the value
	 */
	public boolean writes() {
		return this.writes;
	}

	/**
	 * Time between two refreshes of an open page.
	 * @return the value
	 */
	public Duration refresh() {
		return this.refresh;
	}

}
