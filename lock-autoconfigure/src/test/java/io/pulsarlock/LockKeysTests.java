package io.pulsarlock;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests which values may be the key of a lock, and their texts.
 */
class LockKeysTests {

	@Test
	void simpleValuesAreTheirText() {
		UUID id = UUID.randomUUID();
		Map<Object, String> texts = Map.ofEntries(Map.entry("a b", "a b"), Map.entry(17, "17"), Map.entry(17L, "17"),
				Map.entry(1.5, "1.5"), Map.entry(new StringBuilder("x"), "x"), Map.entry('c', "c"),
				Map.entry(true, "true"), Map.entry(id, id.toString()), Map.entry(Odd.ONE, "ONE"),
				Map.entry(Locale.GERMANY, "de_DE"), Map.entry(URI.create("a:b"), "a:b"),
				Map.entry(String.class, "java.lang.String"), Map.entry(LocalDate.of(2026, 1, 2), "2026-01-02"),
				Map.entry(Duration.ofSeconds(1), "PT1S"), Map.entry(ZoneId.of("UTC"), "UTC"),
				Map.entry(Path.of("a", "b"), Path.of("a", "b").toString()), Map.entry(new AtomicLong(3), "3"),
				Map.entry(Date.from(Instant.ofEpochMilli(1)), "1970-01-01T00:00:00.001Z"),
				Map.entry(new byte[] { 0, (byte) 0xff }, "00ff"), Map.entry(new char[] { 'x', 'y' }, "xy"));
		texts.forEach((key, text) -> assertThat(LockKeys.toText(key)).isEqualTo(text));
	}

	@Test
	void differentValuesNeverShareAText() {
		List<Object> keys = List.of("a,b", "[a,b]", "{a,b}", "\\[a,b]", List.of("a", "b"), List.of("a,b"),
				List.of(List.of("a", "b")), List.of("[a", "b]"), List.of("[a,b]"), Set.of("a", "b"), Set.of("a,b"),
				List.of(Set.of("a", "b")), List.of("a\\", "b"), List.of("a\\,b"), List.of("a", List.of("b")),
				List.of(List.of("a"), "b"), "a\\,b", "\\a");
		assertThat(keys.stream().map(LockKeys::toText)).doesNotHaveDuplicates();
	}

	@Test
	void equalSetsHaveOneTextInWhicheverOrder() {
		Set<String> one = new LinkedHashSet<>(List.of("c", "a", "b"));
		Set<String> other = new HashSet<>(List.of("b", "c", "a"));
		assertThat(LockKeys.toText(one)).isEqualTo(LockKeys.toText(other)).isEqualTo("{a,b,c}");
		assertThat(LockKeys.toText(new int[] { 1, 2 })).isEqualTo(LockKeys.toText(List.of(1, 2)));
	}

	@Test
	void everythingElseIsRefused() {
		for (Object key : Arrays.asList(new Object(), new Entity(), Optional.of(1), Optional.empty(), Stream.of(1),
				Map.of("a", 1), List.of(new Object()), new Object[] { new Entity() }, new OwnNumber(),
				(Iterable<String>) () -> Collections.emptyIterator(), (Runnable) () -> {
				})) {
			assertThatIllegalArgumentException().as(key.getClass().getName())
				.isThrownBy(() -> LockKeys.toText(key))
				.withMessageContaining("is not a key")
				.withMessageContaining("Use a simple value");
			assertThatIllegalArgumentException().isThrownBy(() -> LockNames.join("order", key));
		}
		for (Object key : List.of(List.of(), new String[0], Collections.singletonList(null), List.of(" "))) {
			assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.toText(key));
		}
	}

	enum Odd {

		ONE;

		@Override
		public String toString() {
			return "odd";
		}

	}

	static class Entity {

	}

	static class OwnNumber extends Number {

		private static final long serialVersionUID = 1L;

		@Override
		public int intValue() {
			return 0;
		}

		@Override
		public long longValue() {
			return 0;
		}

		@Override
		public float floatValue() {
			return 0;
		}

		@Override
		public double doubleValue() {
			return 0;
		}

	}

}
