package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ApplicationContextException;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What somebody reads whose application did not start.
 */
class LockStartupFailureAnalyzerTests {

	@Test
	void refusalIsExplainedWithItsCure() {
		FailureAnalysis analysis = analyze(new LockConfigurationException("Namespace 'a/b' does not exist. Create it"));
		assertThat(analysis.getDescription())
			.isEqualTo("Distributed locks cannot be used: Namespace 'a/b' does not exist. Create it");
		assertThat(analysis.getAction()).contains("what the description names").contains("'pulsar-lock.enabled'");
	}

	@Test
	void unreachableClusterIsExplainedWithItsCure() {
		FailureAnalysis analysis = analyze(new LockUnavailableException("No answer"));
		assertThat(analysis.getDescription()).isEqualTo("Distributed locks cannot be used: No answer");
		assertThat(analysis.getAction()).contains("'spring.pulsar.client.service-url'")
			.contains("'pulsar-lock.startup' to 'background'");
	}

	@Test
	void otherFailuresAreLeftToOthers() {
		assertThat(new LockStartupFailureAnalyzer().analyze(new IllegalStateException())).isNull();
	}

	@Test
	void bootFindsTheAnalyzer() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(FailureAnalyzer.class, (type, name, ex) -> {
		})).hasAtLeastOneElementOfType(LockStartupFailureAnalyzer.class);
	}

	private static FailureAnalysis analyze(RuntimeException failure) {
		FailureAnalysis analysis = new LockStartupFailureAnalyzer()
			.analyze(new ApplicationContextException("Failed to start bean", failure));
		assertThat(analysis).isNotNull();
		return analysis;
	}

}
