package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a start that failed because locks could not be used.
 */
class LockStartupFailureAnalyzer extends AbstractFailureAnalyzer<LockUnavailableException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, LockUnavailableException cause) {
		String description = "Distributed locks cannot be used: " + cause.getMessage();
		if (cause instanceof LockConfigurationException) {
			return new FailureAnalysis(description,
					"Change what the description names. Trying again does not help until then. To start without "
							+ "locks and leader election set 'pulsar-lock.enabled' to 'false'.",
					cause);
		}
		return new FailureAnalysis(description,
				"Make sure that Pulsar is running and that 'spring.pulsar.client.service-url' is its address. To start "
						+ "the application before Pulsar set 'pulsar-lock.startup' to 'background'. Code that needs a "
						+ "lock while the application context is still being made must wait until it has started, "
						+ "for example in an ApplicationRunner.",
				cause);
	}

}
