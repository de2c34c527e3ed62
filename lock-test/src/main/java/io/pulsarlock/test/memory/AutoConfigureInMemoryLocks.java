package io.pulsarlock.test.memory;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.test.context.TestPropertySource;

/**
 * Gives the application context of a test locks in memory instead of those on Pulsar. For
 * test classes with {@code @SpringBootTest} or a test slice. <pre class="code">
 * &#064;SpringBootTest
 * &#064;AutoConfigureInMemoryLocks
 * class CouponsTests {
 *
 *     &#064;Autowired
 *     Coupons coupons;
 *
 *     &#064;Test
 *     void oneAtATime(@Autowired InMemoryLockCluster cluster) throws Exception {
 *         try (LockHandle other = cluster.node("other").obtain("coupon:5").acquire(Duration.ZERO)) {
 *             assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -&gt; this.coupons.redeem("5"));
 *         }
 *     }
 *
 * }</pre>
 * <p>
 * All else is as in production: annotations, events, listeners, leader groups, the
 * actuator and every other {@code pulsar-lock} property. Whatever makes the lock
 * registry, the auto-configuration or a bean of the application, is replaced under its
 * own name; no broker is asked. Locks are on, even if {@code pulsar-lock.enabled=false}
 * is the setting of the application's tests.
 * <p>
 * The {@link InMemoryLockCluster} is a bean: its other nodes compete with the
 * application, and its switches make locks be lost. The application is its node
 * {@value #NODE}. Each context has a cluster of its own, which ends with it; tests that
 * share a context share its locks.
 *
 * @since 0.2.0
 * @see InMemoryLockCluster#withLock(String, GuardedTask)
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@TestPropertySource(properties = "pulsar-lock.enabled=true")
public @interface AutoConfigureInMemoryLocks {

	/** The name of the application's node. */
	String NODE = "application";

}
