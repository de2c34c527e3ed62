package io.pulsarlock.test.contract;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The fourth rung: nodes that disagree about the number of shards. The numbers are
 * explained in {@link AbstractLockContractTests}.
 *
 * @since 0.2.0
 */
public abstract class AbstractAgreementContractTests extends AbstractLeaderContractTests {

	/** Some of them are in shards that only one of two nodes has. */
	private static final List<String> NAMES = IntStream.range(0, 40).mapToObj((i) -> "order-" + i).toList();

	@Test
	@DisplayName("1: a node that disagrees about the shards is granted nothing in any shard")
	void nodeThatDisagreesIsGrantedNothing() throws Exception {
		LockNode a = node("a", 4);
		try (LockHandles held = a.acquireAll(NAMES, LONG)) {
			LockNode b = node("b", 7);
			LeaderGroup group = b.leadership().group("digest");
			for (String name : NAMES) {
				assertThatExceptionOfType(LockConfigurationException.class)
					.isThrownBy(() -> b.obtain(name).acquire(LONG))
					.withMessageContaining("set pulsar-lock.topic.shards=4 here");
			}
			assertThatExceptionOfType(LockException.class).isThrownBy(() -> b.monitor().view());
			assertThat(group.isLeader()).isFalse();
			assertThat(held.isHeld()).isTrue();
			a.close();
			await().until(group::isLeader);
			assertThat(take(b)).hasSameSizeAs(NAMES);
		}
	}

	@Test
	@DisplayName("1: of two nodes that disagree and start at once, only one is granted locks")
	void nodesThatDisagreeStartAtOnce() throws Exception {
		for (int i = 0; i < 5; i++) {
			LockNode a = node("a" + i, 4);
			LockNode b = node("b" + i, 7);
			expectOneToTakeAll(a, b);
			a.close();
			b.close();
		}
	}

	@Test
	@DisplayName("1: of two nodes that disagree, only one is granted locks after an outage")
	void nodesThatDisagreeComeBackAtOnce() throws Exception {
		ContractCluster cluster = stoppableCluster();
		LockNode a = node("a", 7);
		try (LockHandles held = a.acquireAll(NAMES, LONG)) {
			LockNode b = node("b", 4);
			assertThat(take(b)).isEmpty();
			cluster.stop();
			try {
				await().until(() -> held.all().stream().noneMatch(LockHandle::isHeld));
			}
			finally {
				cluster.resume();
			}
			Map<String, LockHandle> first = new TreeMap<>();
			Map<String, LockHandle> second = new TreeMap<>();
			await().atMost(LONG.multipliedBy(8)).until(() -> {
				// A refusal from before the outage is one until the node has joined.
				first.putAll(take(a));
				second.putAll(take(b));
				assertThat(first.isEmpty() || second.isEmpty()).isTrue();
				return first.size() + second.size() == NAMES.size();
			});
		}
	}

	private static void expectOneToTakeAll(LockNode a, LockNode b) throws Exception {
		Caller<Map<String, LockHandle>> one = Caller.start(() -> take(a));
		Caller<Map<String, LockHandle>> other = Caller.start(() -> take(b));
		Map<String, LockHandle> first = one.get(LONG.multipliedBy(2));
		Map<String, LockHandle> second = other.get(LONG.multipliedBy(2));
		assertThat(List.of(first.size(), second.size())).containsExactlyInAnyOrder(0, NAMES.size());
		assertThat(first.values()).allMatch(LockHandle::isHeld);
		assertThat(second.values()).allMatch(LockHandle::isHeld);
	}

	/** Asks for each name until it is granted, or refused for good. */
	private static Map<String, LockHandle> take(LockNode node) {
		Map<String, LockHandle> taken = new TreeMap<>();
		for (String name : NAMES) {
			// After an outage each first waits for the silence of the other's last
			// session.
			await().atMost(LONG.multipliedBy(4)).until(() -> {
				try {
					Optional<LockHandle> handle = node.obtain(name).tryAcquire();
					handle.ifPresent((granted) -> taken.put(name, granted));
					return true;
				}
				catch (LockConfigurationException ex) {
					return true;
				}
				catch (LockUnavailableException ex) {
					return false;
				}
			});
		}
		return taken;
	}

}
