package io.pulsarlock.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.pulsarlock.LockGrant;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests which values may be the key of an annotation.
 */
class KeyTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void simpleValuesAndCollectionsOfThemAreKeys() {
		UUID id = UUID.randomUUID();
		with((bean) -> {
			assertThat(bean.locks(17L)).containsExactly("thing:17");
			assertThat(bean.locks(id)).containsExactly("thing:" + id);
			assertThat(bean.locks(Color.RED)).containsExactly("thing:RED");
			assertThat(bean.locks(List.of(2, List.of(1)))).containsExactly("thing:1", "thing:2");
			assertThat(bean.locks(new int[] { 3, 4 })).containsExactly("thing:3", "thing:4");
			assertThat(bean.locks(new byte[] { 1, (byte) 0xab })).containsExactly("thing:01ab");
		});
	}

	@Test
	void everythingElseIsRefusedWithTheExpression() {
		with((bean) -> {
			for (Object key : List.of(new Object(), new Order(), Stream.of(1), Optional.of(17), Optional.empty(),
					Map.of("a", 1), new StringIterable(), List.of(new Object()))) {
				assertThatIllegalArgumentException().as(key.getClass().getName())
					.isThrownBy(() -> bean.locks(key))
					.withMessageContaining("#key")
					.withMessageContaining("not a simple value")
					.withMessageContaining("Use a simple value");
			}
		});
	}

	private void with(Consumer<Things> test) {
		Guarded.on(this.cluster, "node")
			.withBean(Things.class)
			.run((context) -> test.accept(context.getBean(Things.class)));
	}

	enum Color {

		RED {

			@Override
			public String toString() {
				return "the same as others";
			}

		}

	}

	static class Order {

	}

	static class StringIterable implements Iterable<String> {

		@Override
		public java.util.Iterator<String> iterator() {
			return List.of("a").iterator();
		}

	}

	static class Things {

		@DistributedLock(name = "thing", key = "#key")
		List<String> locks(Object key) {
			return new ArrayList<>(LockContext.current().held().stream().map(LockGrant::name).toList());
		}

	}

}
