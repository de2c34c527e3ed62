package io.pulsarlock.test.contract;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.ClusterView.RestView;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockNode;
import io.pulsarlock.Registration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Between the second rung and the third: locks that rest after their holder.
 *
 * @since 0.2.0
 */
public abstract class AbstractRestContractTests extends AbstractLossContractTests {

	private static final Duration REST = Duration.ofSeconds(2);

	/** Acquires a lock that rests, and releases it; returns when the rest began. */
	private static long rest(LockNode node, Duration atLeast) throws Exception {
		try (LockHandle held = node.obtain("stock").acquire(LONG)) {
			long begin = System.nanoTime();
			get(held.restFor(atLeast));
			return begin;
		}
	}

	private static Duration since(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	@Test
	void lockThatRestsIsGrantedToNoOtherCallerOfAnyNode() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		long token = held.fencingToken();
		long begin = System.nanoTime();
		get(held.restFor(REST));
		assertThat(held.isHeld()).isTrue();
		held.close();
		assertThat(a.obtain("stock").tryAcquire()).isEmpty();
		await().until(() -> b.monitor().view().resting().stream().anyMatch((rest) -> rest.name().equals("stock")));
		assertThat(b.obtain("stock").tryAcquire()).isEmpty();
		assertThatExceptionOfType(LockBusyException.class)
			.isThrownBy(() -> b.obtain("stock").acquire(Duration.ofMillis(100)))
			.withMessageContaining("held or rested for");
		assertThat(since(begin)).as("time in which it was busy").isLessThan(REST);
		try (LockHandle next = b.obtain("stock").acquire(LONG)) {
			assertThat(since(begin)).isGreaterThanOrEqualTo(REST);
			assertThat(next.fencingToken()).isGreaterThan(token);
		}
		// Of a node that has kept nothing, either.
		a.obtain("stock").acquire(LONG).close();
	}

	@Test
	void restEndsForTheCallersOfItsOwnNodeToo() throws Exception {
		LockNode a = node("a");
		long begin = rest(a, REST);
		a.obtain("stock").acquire(LONG).close();
		assertThat(since(begin)).isGreaterThanOrEqualTo(REST);
		assertThat(a.monitor().view().resting()).isEmpty();
	}

	@Test
	void restOutlivesItsNode() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		long begin = rest(a, REST);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		a.close();
		assertThat(b.obtain("stock").tryAcquire()).isEmpty();
		get(next).close();
		assertThat(since(begin)).isGreaterThanOrEqualTo(REST);
	}

	@Test
	void restOutlivesTheLossOfItsLock() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		long begin = System.nanoTime();
		get(held.restFor(REST));
		cluster().loseNow(a, "stock");
		await().until(() -> !held.isHeld());
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> held.restFor(REST));
		b.obtain("stock").acquire(LONG).close();
		assertThat(since(begin)).isGreaterThanOrEqualTo(REST);
	}

	@Test
	void nodeThatJoinsLaterKnowsOfTheRest() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		Duration rest = Duration.ofMinutes(10);
		rest(a, rest);
		LockNode c = node("c");
		assertThat(c.obtain("stock").tryAcquire()).isEmpty();
		a.close();
		b.close();
		c.close();
		LockNode d = node("d");
		assertThat(d.obtain("stock").tryAcquire()).isEmpty();
		assertThat(d.monitor().view().resting()).singleElement().satisfies((view) -> {
			assertThat(view.name()).isEqualTo("stock");
			assertThat(view.remaining()).isBetween(rest.minusMinutes(3), rest);
		});
	}

	@Test
	void laterRestDoesNotEndAnEarlierOne() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		long begin = System.nanoTime();
		get(held.restFor(REST));
		get(held.restFor(Duration.ofMillis(1)));
		held.close();
		b.obtain("stock").acquire(LONG).close();
		assertThat(since(begin)).isGreaterThanOrEqualTo(REST);
	}

	@Test
	void lockThatIsHeldForLongerThanItsRestIsFreeAtOnce() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		get(held.restFor(Duration.ofMillis(10)));
		await().until(() -> b.monitor().view().resting().isEmpty());
		assertThat(b.obtain("stock").tryAcquire()).isEmpty();
		held.close();
		b.obtain("stock").acquire(LONG).close();
	}

	@Test
	void operatorEndsARestOnAnyNode() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockNode c = node("c");
		rest(a, Duration.ofHours(1));
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		await().until(() -> c.monitor().view().resting().stream().map(RestView::name).anyMatch("stock"::equals));
		assertThat(c.administration().endRest("stock")).isTrue();
		get(next).close();
		assertThat(c.administration().endRest("stock")).isFalse();
		assertThat(c.administration().endRest("other")).isFalse();
		assertThat(c.monitor().view().resting()).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> c.administration().endRest(" "));
	}

	@Test
	void restThatCannotBeIsRefused() throws Exception {
		LockNode a = node("a");
		LockHandle held = a.obtain("stock").acquire(LONG);
		assertThatIllegalArgumentException().isThrownBy(() -> held.restFor(Duration.ZERO))
			.withMessageContaining("stock");
		assertThatIllegalArgumentException().isThrownBy(() -> held.restFor(LockHandle.LONGEST_REST.plusMillis(1)));
		held.close();
		assertThatIllegalStateException().isThrownBy(() -> held.restFor(REST));
		assertThat(a.obtain("stock").tryAcquire()).isPresent();
	}

	@Test
	void unknownOutcomeIsAnException() throws Exception {
		LockNode a = node("a");
		node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		try (Registration silence = cluster().silence(a)) {
			CompletableFuture<Void> rests = held.restFor(REST);
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> rests.get(LONG.toMillis(), TimeUnit.MILLISECONDS))
				.withCauseInstanceOf(LockException.class)
				.withMessageContaining("stock");
		}
	}

}
