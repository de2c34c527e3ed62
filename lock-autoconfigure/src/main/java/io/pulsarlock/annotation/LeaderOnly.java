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
 * Runs a method only on the node that leads a group; on the other nodes a call is
 * skipped. On a type, it guards every method of that type.
 * <p>
 * A node with such a method is a candidate from its start, whether the bean is created
 * then or later: lazy beans, beans of other scopes and the products of factory beans are
 * found by their definitions. For a bean method, the declared return type counts; if the
 * annotation is not visible there, the node is a candidate from the first call.
 * <p>
 * Whereas {@link DistributedLock} decides for each call, leadership stays with a node
 * until the node ends, resigns or loses it, so a skipped call costs nothing, and
 * successive calls run on one node. Skipped results are those of {@link OnBusy#SKIP}.
 * What {@link DistributedLock} documents about calls on {@code this}, interrupts,
 * results, types and startup applies here, too.
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
	 * @return empty for the default group, {@code pulsar-lock.leader.default-group}
	 */
	@AliasFor("value")
	String group() default "";

	/**
	 * How long a call waits while the leader is not known: after the start of the node,
	 * after an outage, and during a hand-over to this node. {@code 2s}, {@code PT2S} or
	 * <code>${...}</code>. As soon as this node leads, the call runs; as soon as another
	 * node is known to lead, it is skipped. If neither is known in time, it is skipped,
	 * too, with a warning in the log, once for each method until the leader is known
	 * again. Intended for jobs that run once at startup, or so rarely that no call may be
	 * lost.
	 * <p>
	 * A leader that has been silent since this node joined the cluster may have died, so
	 * the wait goes on; see {@link io.pulsarlock.LeaderGroup#awaitLeader}. A time that is
	 * longer than {@code pulsar-lock.session.lease} therefore outlasts a crash. The
	 * calling thread is blocked; a publisher waits without a thread. With
	 * {@code pulsar-lock.startup=wait} or {@code fail}, the start of the application
	 * already waits for all groups.
	 * @return empty for no wait
	 * @since 0.2.0
	 */
	String waitFor() default "";

	/**
	 * Whether a fire time for which one leader has started the job is never started
	 * again, not even if that leader died halfway and the next leader is due for the same
	 * time. A job is a method of a bean: two beans of one class are two jobs. Applies to
	 * {@code @Scheduled} methods with a {@code cron}. Costs one record before each run.
	 * The wall clocks of the nodes must differ by less than the time between two fire
	 * times, and by less than three leases. A node whose clock is far ahead claims times
	 * in the future, and no node starts the job before the latest of them, unless an
	 * operator removes the claim:
	 * {@link io.pulsarlock.LockAdministration#forgetFireTime}.
	 * @return false by default: the next leader runs the job whenever its own clock is
	 * due
	 */
	boolean oncePerFireTime() default false;

	/**
	 * What to do when the leadership is lost while the method runs.
	 * @return by default, the thread is interrupted
	 */
	OnLost onLost() default OnLost.INTERRUPT;

}
