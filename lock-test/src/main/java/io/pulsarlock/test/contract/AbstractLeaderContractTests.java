package io.pulsarlock.test.contract;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipRecovered;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockNode;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The third rung: leader groups. The numbers are explained in
 * {@link AbstractLockContractTests}.
 *
 * @since 0.1.0
 */
public abstract class AbstractLeaderContractTests extends AbstractRevocationContractTests {

	private LeaderGroup candidate(LockNode node, int participants) {
		LeaderGroup group = node.leadership().group("digest");
		await().until(() -> group.participants().size() == participants);
		return group;
	}

	private LeaderGroup leader(LockNode node) {
		LeaderGroup group = candidate(node, 1);
		await().until(group::isLeader);
		return group;
	}

	@Test
	@DisplayName("7: one node leads, stays leader when others join, and terms grow from leader to leader")
	void oneNodeLeadsAndTermsGrow() throws Exception {
		LockNode a = node("a");
		LeaderGroup first = leader(a);
		LeaderGroup second = candidate(node("b"), 2);
		LeaderGroup third = candidate(node("c"), 3);
		assertThat(first.name()).isEqualTo("digest");
		assertThat(a.leadership().group("digest")).isSameAs(first);
		assertThat(a.leadership().groups()).containsExactly(first);
		assertThat(List.of(first.isLeader(), second.isLeader(), third.isLeader())).containsExactly(true, false, false);
		assertThat(second.term()).isEmpty();
		assertThat(second.held()).isEmpty();
		long term = first.term().orElseThrow();
		LockGrant held = first.held().orElseThrow();
		assertThat(held.fencingToken()).isEqualTo(term);
		// Only its group ends it.
		assertThat(held).isNotInstanceOf(AutoCloseable.class);
		assertThat(third.participants()).extracting(Participant::node).containsExactly("a", "b", "c");
		assertThat(a.monitor().view().groups()).singleElement().satisfies((view) -> {
			assertThat(view.name()).isEqualTo("digest");
			assertThat(view.holder().token()).isEqualTo(term);
		});
		assertThat(a.monitor().view().locks()).isEmpty();
		first.resign();
		await().until(second::isLeader);
		assertThat(held.isHeld()).isFalse();
		assertThat(second.term().orElseThrow()).isGreaterThan(term);
	}

	@Test
	void leaderThatResignsGoesToTheEndOfTheLine() {
		LeaderGroup first = leader(node("a"));
		LeaderGroup second = candidate(node("b"), 2);
		LeaderGroup third = candidate(node("c"), 3);
		second.resign();
		assertThat(first.isLeader()).isTrue();
		first.resign();
		assertThat(first.isLeader()).isFalse();
		await().until(second::isLeader);
		await().untilAsserted(
				() -> assertThat(second.participants()).extracting(Participant::node).containsExactly("b", "c", "a"));
		second.resign();
		await().until(third::isLeader);
		third.resign();
		await().until(first::isLeader);
	}

	@Test
	void fireTimeIsClaimedOnceUnlessItIsForgotten() throws Exception {
		LockNode a = node("a");
		LeaderGroup first = leader(a);
		LockNode b = node("b");
		LeaderGroup second = candidate(b, 2);
		Instant now = Instant.parse("2026-11-29T06:00:00Z");
		Instant farAhead = now.plus(365, ChronoUnit.DAYS);
		assertThat(second.claim("report", now)).as("does not lead").isFalse();
		assertThat(first.claim("report", farAhead)).isTrue();
		assertThat(first.claim("report", now)).isFalse();
		assertThat(b.administration().forgetFireTime("digest", "another")).isFalse();
		assertThat(b.administration().forgetFireTime("digest", "report")).isTrue();
		await().until(() -> first.claim("report", now));
		assertThat(first.claim("report", now)).isFalse();
	}

	@Test
	void whoLeavesResignsAndIsNoCandidateUntilItJoinsAnew() {
		LockNode a = node("a");
		LeaderGroup first = leader(a);
		LeaderGroup second = candidate(node("b"), 2);
		LeaderLog log = new LeaderLog();
		a.leadership().addListener(log);
		second.leave();
		second.leave();
		await().until(() -> first.participants().size() == 1);
		assertThat(first.isLeader()).isTrue();
		LockNode c = node("c");
		LeaderGroup third = candidate(c, 2);
		first.leave();
		assertThat(first.isLeader()).isFalse();
		assertThat(first.held()).isEmpty();
		assertThat(a.leadership().groups()).isEmpty();
		await().until(third::isLeader);
		await().until(() -> third.participants().size() == 1);
		assertThat(a.leadership().group("digest")).isSameAs(first);
		assertThat(a.leadership().groups()).containsExactly(first);
		await().until(() -> first.participants().size() == 2);
		c.close();
		await().until(first::isLeader);
		await().untilAsserted(() -> assertThat(log.lines()).containsExactly("granted", "revoked", "granted"));
		log.assertInOrder();
	}

	@Test
	@DisplayName("12: listeners are notified of each leadership and its end once, in order, also at shutdown")
	void listenersHearOfEachLeadershipOnceInOrder() {
		LockNode a = node("a");
		LockNode b = node("b");
		LeaderLog mine = new LeaderLog();
		LeaderLog theirs = new LeaderLog();
		LeaderGroup first = a.leadership().group("digest");
		first.addListener(mine);
		await().until(first::isLeader);
		LeaderGroup second = candidate(b, 2);
		second.addListener(theirs);
		first.resign();
		await().until(second::isLeader);
		await().until(() -> second.participants().size() == 2);
		cluster().loseLeadership(b, "digest");
		await().until(first::isLeader);
		await().until(() -> first.participants().size() == 2);
		first.resign();
		await().until(second::isLeader);
		await().until(() -> second.participants().size() == 2);
		b.close();
		assertThat(theirs.lines()).containsExactly("granted", "revoked", "granted", "revoked");
		await().until(first::isLeader);
		a.close();
		assertThat(mine.lines()).containsExactly("granted", "revoked", "granted", "revoked", "granted", "revoked");
		mine.assertInOrder();
		theirs.assertInOrder();
	}

	@Test
	@DisplayName("12: a listener that is added late is notified at once")
	void listenerThatComesLateIsToldAtOnce() {
		LeaderGroup group = leader(node("a"));
		LeaderLog late = new LeaderLog();
		group.addListener(late);
		await().untilAsserted(() -> assertThat(late.lines()).containsExactly("granted"));
		LeaderLog other = new LeaderLog();
		candidate(node("b"), 2).addListener(other);
		group.resign();
		await().untilAsserted(() -> assertThat(late.lines()).containsExactly("granted", "revoked"));
		await().untilAsserted(() -> assertThat(other.lines()).containsExactly("granted"));
	}

	@Test
	@DisplayName("12: a removed listener is not notified, all others are")
	void removedLeaderListenerIsToldNothing() {
		LeaderGroup group = leader(node("a"));
		LeaderGroup next = candidate(node("b"), 2);
		LeaderLog removed = new LeaderLog();
		LeaderLog log = new LeaderLog();
		Registration listener = group.addListener(removed);
		group.addListener(log);
		await().until(() -> removed.size() == 1 && log.size() == 1);
		listener.close();
		listener.close();
		group.resign();
		await().until(next::isLeader);
		await().untilAsserted(() -> assertThat(log.lines()).containsExactly("granted", "revoked"));
		assertThat(removed.lines()).containsExactly("granted");
	}

	@Test
	@DisplayName("12: a listener that throws or hangs stops neither the election nor the other listeners")
	void listenerThatThrowsOrHangsStopsNothing() {
		LeaderGroup first = node("a").leadership().group("digest");
		CountDownLatch end = new CountDownLatch(1);
		LeaderLog log = new LeaderLog();
		first.addListener(new LeaderListener() {

			@Override
			public void onGranted(LeadershipGranted event) {
				throw new IllegalStateException("a listener that always fails; this is part of the test");
			}

			@Override
			public void onRevoked(LeadershipRevoked event) {
				throw new IllegalStateException("a listener that always fails; this is part of the test");
			}

		});
		first.addListener(new LeaderListener() {

			@Override
			public void onGranted(LeadershipGranted event) {
				try {
					end.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

		});
		first.addListener(log);
		try {
			await().until(first::isLeader);
			LeaderGroup second = candidate(node("b"), 2);
			await().untilAsserted(() -> assertThat(log.lines()).containsExactly("granted"));
			first.resign();
			assertThat(first.isLeader()).isFalse();
			await().untilAsserted(() -> assertThat(log.lines()).containsExactly("granted", "revoked"));
			await().until(second::isLeader);
			await().until(() -> second.participants().size() == 2);
			second.resign();
			await().until(first::isLeader);
		}
		finally {
			end.countDown();
		}
	}

	@Test
	@DisplayName("12: the next leader starts only when the listeners of the resigned leader have been notified")
	void nextLeaderStartsWhenTheListenersHaveBeenTold() {
		LeaderGroup first = leader(node("a"));
		LeaderGroup second = candidate(node("b"), 2);
		List<Boolean> overlap = new CopyOnWriteArrayList<>();
		first.addListener(new LeaderListener() {

			@Override
			public void onRevoked(LeadershipRevoked event) {
				overlap.add(second.isLeader());
			}

		});
		first.resign();
		await().until(second::isLeader);
		assertThat(overlap).containsExactly(false);
	}

	@Test
	@DisplayName("8: a lost leadership is over when the next leader starts")
	void lostLeadershipIsOverWhenTheNextLeaderStarts() {
		LockNode a = node("a");
		LockNode b = node("b");
		LeaderGroup first = leader(a);
		LeaderGroup second = candidate(b, 2);
		List<Boolean> overlap = new CopyOnWriteArrayList<>();
		b.leadership().addListener(new LeaderListener() {

			@Override
			public void onGranted(LeadershipGranted event) {
				overlap.add(first.isLeader());
			}

		});
		LeaderLog log = new LeaderLog();
		first.addListener(log);
		try (Registration silence = cluster().silence(a)) {
			await().until(second::isLeader);
			await().untilAsserted(() -> assertThat(overlap).containsExactly(false));
		}
		await().untilAsserted(() -> assertThat(log.lines()).containsExactly("granted", "revoked"));
		await().untilAsserted(
				() -> assertThat(second.participants()).extracting(Participant::node).containsExactly("b", "a"));
	}

	@Test
	@DisplayName("12: a node that loses its leadership while it resigns is a candidate once")
	void leaderThatIsLostWhileItResignsIsACandidateOnce() throws Exception {
		LockNode a = node("a");
		LeaderGroup first = leader(a);
		LeaderGroup second = candidate(node("b"), 2);
		CountDownLatch end = new CountDownLatch(1);
		CompletableFuture<Void> revoked = new CompletableFuture<>();
		LeaderLog log = new LeaderLog();
		first.addListener(log);
		first.addListener(new LeaderListener() {

			@Override
			public void onRevoked(LeadershipRevoked event) {
				revoked.complete(null);
				try {
					end.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

		});
		first.resign();
		get(revoked);
		cluster().loseLeadership(a, "digest");
		await().until(second::isLeader);
		end.countDown();
		await().until(() -> second.participants().size() == 2);
		second.resign();
		await().until(first::isLeader);
		// Else it is back in line before the other is.
		await().until(() -> first.participants().size() == 2);
		first.resign();
		await().until(second::isLeader);
		await().untilAsserted(
				() -> assertThat(second.participants()).extracting(Participant::node).containsExactly("b", "a"));
		await().until(() -> log.size() == 4);
		log.assertInOrder();
	}

	@Test
	void leaderStaysWhileConnectionsBreak() {
		LockNode a = node("a");
		List<LeaderEvent> events = new CopyOnWriteArrayList<>();
		a.leadership().addListener(new LeaderListener() {

			@Override
			public void onEvent(LeaderEvent event) {
				events.add(event);
			}

		});
		LeaderGroup first = leader(a);
		LeaderLog log = new LeaderLog();
		first.addListener(log);
		LeaderGroup second = candidate(node("b"), 2);
		long term = first.term().orElseThrow();
		cluster().breakConnections();
		// Whether it has been in jeopardy depends on how soon it looked.
		await().until(() -> events.stream().filter(LeadershipJeopardized.class::isInstance).count() == events.stream()
			.filter(LeadershipRecovered.class::isInstance)
			.count() && second.participants().size() == 2);
		assertThat(events.get(0)).isInstanceOf(LeadershipGranted.class);
		assertThat(first.isLeader()).isTrue();
		assertThat(first.term()).hasValue(term);
		assertThat(second.isLeader()).isFalse();
		assertThat(log.lines()).containsExactly("granted");
	}

}
