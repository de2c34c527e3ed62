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
 * Runs a method only while this node holds a lock of the whole cluster: one call at a
 * time, on one node. On a type it guards every method of that type.
 * <p>
 * The lock is taken before a transaction of the method begins and given up after it has
 * ended. Where a method waits, its thread waits; only publishers wait without one.
 * <p>
 * If the <em>caller</em> has a transaction, which does not end with the method, the lock
 * is kept until that transaction has been committed or rolled back, and the thread shares
 * it until then. If the lock is lost before the commit, the transaction is rolled back,
 * unless {@link #onLost()} is {@link OnLost#NOTIFY}. What such a transaction has read
 * before the call is not protected by the lock: with an isolation level that reads a
 * snapshot, put the annotation on the method that begins the transaction. That holds for
 * transactions of a thread, not for reactive ones.
 * <p>
 * The lock is reentrant in a thread: an inner guarded call and
 * {@link io.pulsarlock.FencedLock#lock()} with the same name and key go on with the same
 * holding and the same token, and a guarded call within {@code lock()} does so too. A
 * guarded publisher shares what the publishers around it hold. What an inner call leaves
 * running keeps the lock until it has ended.
 * <p>
 * The guard is inside of method security, retries, circuit breakers and {@code @Async},
 * and outside of transactions and caches; the property
 * {@code pulsar-lock.annotations.order} gives it another place.
 * <p>
 * Results that are work still to be done hold the lock while it is done:
 * <ul>
 * <li>a {@code CompletionStage} or {@code Future} until it is completed or cancelled;
 * <li>a publisher, every other type of the {@code ReactiveAdapterRegistry} and a
 * suspending function of Kotlin for each subscription or call;
 * <li>a {@code Callable}, a {@code Supplier} and every other functional interface for
 * each call of the result, in which the method itself runs too, so that a result that is
 * never called holds nothing;
 * <li>a type with a {@link GuardedResultHandler} as that says.
 * </ul>
 * Results whose end nothing tells are refused at the start: {@code Stream},
 * {@code Iterator}, {@code Enumeration}, {@code Spliterator}, {@code DeferredResult},
 * {@code WebAsyncTask}, {@code ResponseBodyEmitter} and {@code SseEmitter}, Kotlin's
 * {@code Sequence} and {@code Lazy}, and all that is named here within another type, like
 * a list of futures. A method that is declared to return {@code Object} or
 * {@code Iterable} and returns such a thing throws an {@code IllegalStateException}, and
 * so does what it returns if that is declared to give any {@code Object} and gives such a
 * thing, like a {@code Callable<?>}.
 * <p>
 * Works on beans, when called from outside: a call on {@code this} is not intercepted.
 * {@link LockAssert} makes that visible. What cannot be guarded stops the application at
 * its start: final, private or static methods, final methods beside a guarded one,
 * classes that cannot be subclassed and have no interface, methods that the container
 * calls on the bean itself, message listeners of which a call would be skipped, broken
 * expressions, contradictory times. On a type the annotation leaves out callbacks of the
 * container and final methods of base classes from other libraries.
 * <p>
 * A thread that is interrupted while it waits for the lock does not run the method. Its
 * caller gets the {@code InterruptedException} if the method declares that, and otherwise
 * a {@link java.util.concurrent.CancellationException} with it as the cause, on a thread
 * whose interrupt status is set again. A loss interrupts the thread too, as
 * {@link #onLost()} says; that interrupt does not outlast the call, which ends with a
 * {@link io.pulsarlock.LockLostException}.
 * <p>
 * {@code @LeaderOnly} on the same method is looked at first.
 *
 * @see LockContext
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Reflective
public @interface DistributedLock {

	/**
	 * Alias for {@link #name()}.
	 * @return the name
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * The kind of thing that is locked, or the lock itself when there is no key. Becomes
	 * the tag of metrics, so there should be few. May contain <code>${...}</code>.
	 * @return the name, not blank
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * Which thing: SpEL over the parameters ({@code #id}, {@code #p0}), the target
	 * ({@code target}, {@code method}, {@code args}) and beans ({@code @bean}). Several
	 * expressions, or one that gives a collection, lock several things, taken in one
	 * order on all nodes. Null, blank and everything but the values that
	 * {@link io.pulsarlock.LockKeys} names is an {@code IllegalArgumentException}. Logs,
	 * exceptions and spans have a hash of it, see {@link io.pulsarlock.PrintedNames}.
	 * @return the expressions; none locks the name alone
	 */
	String[] key() default {};

	/**
	 * How long to wait for the lock, {@code 2s}, {@code PT2S} or <code>${...}</code>.
	 * @return empty for the default: not at all where a busy lock is skipped, else
	 * {@code pulsar-lock.annotations.wait-for}, which does not wait either unless it is
	 * set
	 */
	String waitFor() default "";

	/**
	 * After this time the lock counts as lost although nothing has happened to the node:
	 * a guard against methods that hang. Crashes do not need it.
	 * @return empty for no limit
	 */
	String holdFor() default "";

	/**
	 * Keeps the lock at least for this time from when it was granted, also after the
	 * method has returned, so that nodes that fire a little apart run a short job once.
	 * Ends with the node.
	 * @return empty for no longer than the method takes
	 */
	String atLeastFor() default "";

	/**
	 * What to do when another holder has the lock.
	 * @return the default is {@link OnBusy#FALLBACK} if there is a {@link #fallback()},
	 * {@link OnBusy#SKIP} on {@code @Scheduled} methods and {@link OnBusy#THROW}
	 * elsewhere
	 */
	OnBusy onBusy() default OnBusy.DEFAULT;

	/**
	 * The method of the same class to call instead when the lock is busy: of any
	 * visibility, with the same parameters, or these and a
	 * {@link io.pulsarlock.LockBusyException}, and a fitting result. The fallback of a
	 * suspending function may suspend or not.
	 * @return the method's name
	 */
	String fallback() default "";

	/**
	 * What to do when the lock is lost while the method runs.
	 * @return interrupts by default
	 */
	OnLost onLost() default OnLost.INTERRUPT;

}
