package io.pulsarlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * Runs a method only on the node that leads a group; on the others a call is skipped. On
 * a type it guards every method of that type.
 * <p>
 * A node with such a method is a candidate from its start, whether the bean is made then
 * or later: lazy beans, those of other scopes and what factory beans make are known by
 * their definitions. Of a bean method that counts what it is declared to return; if the
 * annotation cannot be seen there, this node is a candidate from the first call.
 * <p>
 * Where {@link DistributedLock} decides for each call, leadership stays with a node until
 * it ends, resigns or is lost; so a skipped call costs nothing, and successive calls run
 * on one node. Skipped results are those of {@link OnBusy#SKIP}. All that is said there
 * about calls on {@code this}, interrupts, results, types and the start holds here too.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Reflective
public @interface LeaderOnly {

	/**
	 * Alias for {@link #group()}.
	 * @return the group
	 */
	@AliasFor("group")
	String value() default "";

	/**
	 * The leader group; may contain <code>${...}</code>.
	 * @return empty for the application's own group,
	 * {@code pulsar-lock.leader.default-group}
	 */
	@AliasFor("value")
	String group() default "";

	/**
	 * How long a call waits while it is not known who leads: at the start of the node,
	 * after an outage, and during a hand-over to this node. {@code 2s}, {@code PT2S} or
	 * <code>${...}</code>. As soon as this node leads, the call runs; as soon as another
	 * is known to lead, it is skipped. If neither is known by then it is skipped too,
	 * with a warning in the log, once for each method until it is known again. For jobs
	 * that run once at the start or so rarely that no call may get lost.
	 * <p>
	 * A leader that has been silent since this node came to the cluster may have died and
	 * is waited for; see {@link io.pulsarlock.LeaderGroup#awaitLeader}. So a time that is
	 * longer than {@code pulsar-lock.session.lease} outlasts a crash, too. The calling
	 * thread waits; for a publisher none does. With {@code pulsar-lock.startup=wait} or
	 * {@code fail} the start of the application waits for all groups already.
	 * @return empty for no wait
	 * @since 0.2.0
	 */
	String waitFor() default "";

	/**
	 * Whether a fire time that a leader has begun with is never begun again, not even if
	 * that leader died in the midst of it and the next one is due for the same time. A
	 * job is a method of a bean: two beans of one class are two jobs. For
	 * {@code @Scheduled} methods with a {@code cron}. Costs a record before each run. The
	 * nodes' wall clocks must differ by less than two fire times are apart, and by less
	 * than three leases. A node whose clock is far ahead claims times that are still to
	 * come, and the job begins on no node before the latest of them, unless an operator
	 * has it forgotten: {@link io.pulsarlock.LockAdministration#forgetFireTime}.
	 * @return by default the next leader runs whenever its own clock says so
	 */
	boolean oncePerFireTime() default false;

	/**
	 * What to do when the leadership is lost while the method runs.
	 * @return interrupts by default
	 */
	OnLost onLost() default OnLost.INTERRUPT;

}
