package io.pulsarlock.test.memory;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.annotation.LockAssert;
import io.pulsarlock.annotation.LockContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests guarded methods of plain objects, and how they lose their locks.
 */
class GuardedCodeTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@AutoClose
	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void nothingIsLeft() {
		assertThat(LockContext.find()).isEmpty();
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void codeHasTheContextOfItsLock() {
		long token = this.cluster.withLock("coupon", "5", () -> {
			LockAssert.assertHeld("coupon");
			LockAssert.assertHeld("coupon:5");
			assertThatIllegalStateException().isThrownBy(() -> LockAssert.assertHeld("stock"));
			LockContext context = LockContext.current();
			assertThat(context.name()).isEqualTo("coupon");
			assertThat(context.keys()).containsExactly("5");
			assertThat(context.isHeld()).isTrue();
			assertThat(context.remaining()).isPositive();
			return context.fencingToken();
		});
		assertThat(this.cluster.<Long, RuntimeException>withLock("coupon", "5",
				() -> LockContext.current().fencingToken()))
			.isGreaterThan(token);
		this.cluster.withLock("stock", () -> LockAssert.assertHeld("stock"));
	}

	@Test
	void severalKeysAreSeveralLocks() {
		this.cluster.withLock("coupon", List.of("6", "5"),
				() -> assertThat(LockContext.current().held()).extracting((each) -> each.name())
					.containsExactly("coupon:5", "coupon:6"));
	}

	@Test
	void locksNest() {
		this.cluster.withLock("outer", () -> this.cluster.withLock("inner", () -> {
			LockAssert.assertHeld("outer");
			LockAssert.assertHeld("inner");
			this.cluster.withLock("outer", () -> LockAssert.assertHeld("outer"));
		}));
	}

	@Test
	void onlyOneCanHaveIt() throws Exception {
		FencedLock elsewhere = this.cluster.node("other").obtain("stock");
		this.cluster.withLock("stock", () -> assertThat(elsewhere.tryAcquire()).isEmpty());
		try (LockHandle held = elsewhere.acquire(LONG)) {
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> this.cluster.withLock("stock", () -> assertThat(held.isHeld()).isFalse()));
		}
	}

	@Test
	void whatTheCodeThrowsIsPassedOn() {
		IOException failure = new IOException("full");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.cluster.withLock("stock", () -> {
			throw failure;
		})).isSameAs(failure);
		this.cluster.withLock("stock", () -> LockAssert.assertHeld("stock"));
	}

	@Test
	void codeThatLosesItsLockIsToldAsInProduction() {
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.cluster.withLock("coupon", "5", () -> {
			this.cluster.lose("coupon:5");
			assertThat(LockContext.current().isHeld()).isFalse();
			LockContext.current().fencingToken();
		}));
		this.cluster.withLock("coupon", "5", () -> LockAssert.assertHeld("coupon"));
	}

	@Test
	void lostLockInterruptsTheCode() {
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.cluster.withLock("job", () -> {
			this.cluster.lose("job");
			new CountDownLatch(1).await();
		}));
	}

	@Test
	void lockIsLostHoweverOftenItWasHeldBefore() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		for (int i = 0; i < 3; i++) {
			a.obtain("stock").acquire(LONG).close();
		}
		// Acquired again without another node, and so with another token.
		LockHandle held = a.obtain("stock").acquire(LONG);
		this.cluster.lose("stock");
		assertThat(held.isHeld()).isFalse();
		try (LockHandle next = this.cluster.node("b").obtain("stock").acquire(LONG)) {
			a.obtain("price").acquire(LONG);
			assertThatIllegalStateException().isThrownBy(() -> a.loseNow("stock"));
			this.cluster.lose("stock");
			assertThat(next.isHeld()).isFalse();
		}
	}

	@Test
	void whatNobodyHoldsCannotBeLost() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		LockHandle other = a.obtain("price", 5).acquire(LONG);
		a.obtain("stock").acquire(LONG).close();
		assertThatIllegalStateException().isThrownBy(() -> this.cluster.lose("stock"))
			.withMessageContaining("Lock 'stock' has no holder")
			.withMessageContaining("'price:5'");
		assertThatIllegalStateException().isThrownBy(() -> this.cluster.lose("never"));
		assertThatIllegalStateException().isThrownBy(() -> this.cluster.loseLeadership("never"))
			.withMessageContaining("Group 'never' has no leader");
		assertThat(other.isHeld()).isTrue();
	}

	@Test
	void codeRunsAsLeader() {
		assertThat(this.cluster.<Boolean, RuntimeException>asLeader("digest", () -> {
			LockAssert.assertLeader("digest");
			return LockContext.current().isHeld();
		})).isTrue();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.cluster.asLeader("digest", () -> {
			this.cluster.loseLeadership("digest");
			LockContext.current().assertHeld();
		}));
		this.cluster.asLeader("digest", () -> LockAssert.assertLeader("digest"));
	}

	@Test
	void codeDoesNotRunAsLeaderWhereAnotherNodeLeads() {
		LeaderGroup group = this.cluster.node("other").leadership().group("digest");
		await().until(group::isLeader);
		assertThatIllegalStateException()
			.isThrownBy(() -> this.cluster.asLeader("digest", () -> LockAssert.assertLeader("digest")))
			.withMessageContaining("Node 'other' leads group 'digest'");
	}

	@Test
	void namesAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.cluster.withLock(" ", () -> {
		}));
		assertThatIllegalArgumentException().isThrownBy(() -> this.cluster.withLock("coupon", new Object(), () -> {
		})).withMessageContaining("key");
		this.cluster.withLock("${x} #{y} %2F //", () -> LockAssert.assertHeld("${x} #{y} %2F //"));
	}

}
