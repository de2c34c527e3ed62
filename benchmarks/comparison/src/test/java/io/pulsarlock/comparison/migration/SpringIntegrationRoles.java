package io.pulsarlock.comparison.migration;

import java.util.concurrent.locks.Lock;

import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockRegistry;

import org.springframework.context.event.EventListener;
import org.springframework.integration.support.SmartLifecycleRoleController;

/**
 * The code of docs/migration.md that joins leadership of this library and roles of Spring
 * Integration, word for word.
 */
abstract class SpringIntegrationRoles {

	private SmartLifecycleRoleController roles;

	@EventListener
	void granted(LeadershipGranted event) {
		this.roles.startLifecyclesInRole(event.group());
	}

	@EventListener
	void revoked(LeadershipRevoked event) {
		this.roles.stopLifecyclesInRole(event.group());
	}

	/** For what asks for Spring Integration's registry. */
	org.springframework.integration.support.locks.LockRegistry<Lock> registry(LockRegistry locks) {
		return (key) -> locks.obtain("integration", key);
	}

}
