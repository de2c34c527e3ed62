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
 * Runs a method only while this node holds a cluster-wide lock: one call at a time, on
 * one node. On a type, it guards every method of that type.
 * <p>
 * The lock is acquired before a transaction of the method begins and released after it
 * has ended. A call that waits for the lock blocks its thread; only publishers wait
 * without a thread.
 * <p>
 * If the <em>caller</em> has a transaction, which does not end with the method, the lock
 * is kept until that transaction has been committed or rolled back, and the thread shares
 * it until then. If the lock is lost before the commit, the transaction is rolled back,
 * unless {@link #onLost()} is {@link OnLost#NOTIFY}. The lock does not protect what such
 * a transaction has read before the call: with an isolation level that reads a snapshot,
 * put the annotation on the method that begins the transaction. This applies to
 * thread-bound transactions, not to reactive ones.
 * <p>
 * The lock is reentrant per thread: an inner guarded call and
 * {@link io.pulsarlock.FencedLock#lock()} with the same name and key share the hold and
 * its token, and so does a guarded call within {@code lock()}. A guarded publisher shares
 * the locks of the publishers around it. Work that an inner call leaves running keeps the
 * lock until it has ended.
 * <p>
 * The guard is inside method security, retries, circuit breakers and {@code @Async}, and
 * outside transactions and caches; the property {@code pulsar-lock.annotations.order}
 * changes that.
 * <p>
 * Results that stand for work still to be done hold the lock until that work ends:
 * <ul>
 * <li>a {@code CompletionStage} or {@code Future} until it is completed or cancelled;
 * <li>a publisher, every other type of the {@code ReactiveAdapterRegistry} and a
 * suspending function of Kotlin for each subscription or call;
 * <li>a {@code Callable}, a {@code Supplier} and every other functional interface for
 * each call of the result; the method itself runs within that call, so a result that is
 * never called holds nothing;
 * <li>a type with a {@link GuardedResultHandler} as defined by the handler.
 * </ul>
 * Results that do not signal their end are refused at startup: {@code Stream},
 * {@code Iterator}, {@code Enumeration}, {@code Spliterator}, {@code DeferredResult},
 * {@code WebAsyncTask}, {@code ResponseBodyEmitter} and {@code SseEmitter}, Kotlin's
 * {@code Sequence} and {@code Lazy}, and any of the types named here within another type,
 * such as a list of futures. A method that is declared to return {@code Object} or
 * {@code Iterable} and returns such a result throws an {@code IllegalStateException}. So
 * does a result such as a {@code Callable<?>}, which may yield any object, when it yields
 * one of these.
 * <p>
 * Only calls of a bean from outside are guarded: a call on {@code this} is not
 * intercepted. {@link LockAssert} detects such calls. What cannot be guarded fails the
 * start of the application: final, private or static methods, final methods beside a
 * guarded one, classes that cannot be subclassed and have no interface, methods that the
 * container calls on the bean itself, message listeners whose calls would be skipped,
 * invalid expressions, contradictory times. On a type, the annotation does not apply to
 * callbacks of the container and to final methods of base classes from other libraries.
 * <p>
 * A thread that is interrupted while it waits for the lock does not run the method. Its
 * caller gets the {@code InterruptedException} if the method declares that, and otherwise
 * a {@link java.util.concurrent.CancellationException} with it as the cause, on a thread
 * whose interrupt status is set again. A loss interrupts the thread too, depending on
 * {@link #onLost()}; that interrupt does not outlast the call, which ends with a
 * {@link io.pulsarlock.LockLostException}.
 * <p>
 * {@code @LeaderOnly} on the same method is checked first.
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
	 * The kind of thing that is locked, or the lock itself if there is no key. It is a
	 * tag of the metrics, so there should be few different names. May contain
	 * <code>${...}</code>.
	 * @return the name, not blank
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * Which thing is locked: SpEL over the parameters ({@code #id}, {@code #p0}), the
	 * target ({@code target}, {@code method}, {@code args}) and beans ({@code @bean}).
	 * Several expressions, or one that yields a collection, lock several things, which
	 * all nodes acquire in the same order. Null, blank values and values that
	 * {@link io.pulsarlock.LockKeys} does not name lead to an
	 * {@code IllegalArgumentException}. Logs, exceptions and spans contain a hash of the
	 * key; see {@link io.pulsarlock.PrintedNames}.
	 * @return the expressions; none to lock the name alone
	 */
	String[] key() default {};

	/**
	 * Whether the method has the lock alone, or shares it with other calls of this mode.
	 * Methods of both modes with the same name and key are writers and readers: see
	 * {@link io.pulsarlock.FencedReadWriteLock}. A method that has the lock alone cannot
	 * be called within one that shares it.
	 * @return by default, alone
	 * @since 0.2.0
	 */
	LockMode mode() default LockMode.EXCLUSIVE;

	/**
	 * So many calls may run at the same time in the cluster, for each key. All methods
	 * with the same name and key must agree about the number, see
	 * {@link io.pulsarlock.FencedSemaphore}. Not together with {@link LockMode#SHARED},
	 * which is without limit.
	 * @return zero for a lock with one holder
	 * @since 0.2.0
	 */
	int permits() default 0;

	/**
	 * How long to wait for the lock, {@code 2s}, {@code PT2S} or <code>${...}</code>.
	 * @return empty for the default: no wait where a busy lock is skipped, otherwise
	 * {@code pulsar-lock.annotations.wait-for}, which is zero unless it is set
	 */
	String waitFor() default "";

	/**
	 * The time after which the lock counts as lost even if the node is well: a safeguard
	 * against methods that hang. Crashes do not need it.
	 * @return empty for no limit
	 */
	String holdFor() default "";

	/**
	 * The time for which the lock is granted to no other caller of the cluster, counted
	 * from the grant, even if the method has returned or the node has ended or crashed,
	 * so that nodes whose clocks differ slightly run a short job once. At most a day. The
	 * method is not called before the cluster knows; see
	 * {@link io.pulsarlock.LockHandle#restFor}.
	 * @return empty to keep the lock only while the method runs
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
	 * The method of the same class to call instead when the lock is busy. It has any
	 * visibility, the same parameters, optionally followed by a
	 * {@link io.pulsarlock.LockBusyException}, and a compatible result. The fallback of a
	 * suspending function need not be suspending.
	 * @return the method's name
	 */
	String fallback() default "";

	/**
	 * What to do when the lock is lost while the method runs.
	 * @return by default, the thread is interrupted
	 */
	OnLost onLost() default OnLost.INTERRUPT;

}
