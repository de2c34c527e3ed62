package io.pulsarlock.test.memory;

import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.core.type.MethodMetadata;

/**
 * Replaces all lock registries of a context by nodes of the in-memory cluster. What
 * depends on a registry, such as its life cycle, stays.
 * <p>
 * It does so while there are definitions only: a mock that a test puts in the place of
 * the registry comes later, and stays.
 */
final class InMemoryRegistryPostProcessor implements BeanDefinitionRegistryPostProcessor, EnvironmentAware {

	/** What makes the auto-configured node. */
	private static final String MANAGED_NODE = "pulsarLockManagedNode";

	static final String CLUSTER = "inMemoryLockCluster";

	private static final Log logger = LogFactory.getLog(InMemoryRegistryPostProcessor.class);

	private @Nullable Environment environment;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry definitions) {
		String[] names = registries((ListableBeanFactory) definitions);
		if (names.length == 0) {
			throw new IllegalStateException(
					"@AutoConfigureInMemoryLocks finds no lock registry to replace. " + ((this.environment != null
							&& !this.environment.getProperty("pulsar-lock.enabled", Boolean.class, true))
									? "Remove 'pulsar-lock.enabled=false' from the properties of the test"
									: "Add the dependency io.pulsarlock:pulsar-lock-spring-boot-starter, and do not"
											+ " exclude PulsarLockAutoConfiguration"));
		}
		for (String name : names) {
			boolean only = names.length == 1;
			BeanDefinition replaced = definitions.getBeanDefinition(name);
			if (!isAutoConfigured(replaced)) {
				logger.info("Replacing the lock registry '" + name + "' with one in memory");
			}
			definitions.removeBeanDefinition(name);
			definitions.registerBeanDefinition(name,
					replacement(replaced, only ? AutoConfigureInMemoryLocks.NODE : name, only || replaced.isPrimary()));
		}
		if (definitions.containsBeanDefinition(MANAGED_NODE)) {
			// It would want a name for its cluster, and Pulsar.
			definitions.removeBeanDefinition(MANAGED_NODE);
		}
	}

	private static String[] registries(ListableBeanFactory beans) {
		return beans.getBeanNamesForType(LockRegistry.class, true, false);
	}

	private static boolean isAutoConfigured(BeanDefinition definition) {
		MethodMetadata method = (definition instanceof AnnotatedBeanDefinition annotated)
				? annotated.getFactoryMethodMetadata() : null;
		return method != null && method.getDeclaringClassName().startsWith("io.pulsarlock.autoconfigure.");
	}

	private static RootBeanDefinition replacement(BeanDefinition replaced, String node, boolean primary) {
		RootBeanDefinition definition = new RootBeanDefinition(LockNode.class);
		definition.setFactoryBeanName(CLUSTER);
		definition.setFactoryMethodName("node");
		definition.getConstructorArgumentValues().addIndexedArgumentValue(0, node);
		definition.setPrimary(primary);
		definition.setLazyInit(replaced.isLazyInit());
		definition.setRole(replaced.getRole());
		return definition;
	}

}
