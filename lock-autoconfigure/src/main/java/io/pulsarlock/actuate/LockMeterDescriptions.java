package io.pulsarlock.actuate;

import java.util.Map;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Adds descriptions to the meters that are created from observations, which cannot carry
 * one. Meters of an application's own convention are not changed.
 *
 * @since 0.2.0
 */
public class LockMeterDescriptions implements MeterFilter {

	private static final Map<String, String> DESCRIPTIONS = Map.of("pulsar.lock.acquire",
			"Attempts to acquire a lock or leadership, by outcome", "pulsar.lock.acquire.active",
			"Attempts to acquire a lock or leadership that are in progress", "pulsar.lock.execution",
			"Runs of guarded code, by whether the lock was kept", "pulsar.lock.execution.active",
			"Runs of guarded code that are in progress");

	@Override
	public Meter.Id map(Meter.Id id) {
		String description = (id.getDescription() == null) ? DESCRIPTIONS.get(id.getName()) : null;
		return (description != null) ? new Meter.Id(id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(),
				description, id.getType()) : id;
	}

}
