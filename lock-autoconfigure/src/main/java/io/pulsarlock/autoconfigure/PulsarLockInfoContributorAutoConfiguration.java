package io.pulsarlock.autoconfigure;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.actuate.PulsarLeaderInfoContributor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorFallback;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for leadership in the info endpoint. Disabled by default, because it
 * names the nodes.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration")
@ConditionalOnClass({ InfoContributor.class, ConditionalOnEnabledInfoContributor.class })
@ConditionalOnSingleCandidate(LockRegistry.class)
@ConditionalOnEnabledInfoContributor(value = "pulsarleader", fallback = InfoContributorFallback.DISABLE)
public final class PulsarLockInfoContributorAutoConfiguration {

	PulsarLockInfoContributorAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	PulsarLeaderInfoContributor pulsarLeaderInfoContributor(LockRegistry registry,
			ObjectProvider<Leadership> leadership) {
		return new PulsarLeaderInfoContributor(leadership.getIfAvailable(() -> WithoutNode.leadership(registry)));
	}

}
