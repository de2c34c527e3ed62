package io.pulsarlock.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.SessionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests the effect of each property, and which values are refused or cause a warning.
 */
class LockSettingsTests {

	private static final String KEY = "1".repeat(43) + "=";

	@Test
	void defaultsAreThoseOfTheCore() {
		LockSettings settings = settings(Map.of());
		assertThat(settings.topics()).isEqualTo(TopicSettings.of("shop"));
		assertThat(settings.session()).isEqualTo(SessionSettings.of(PulsarLocks.defaultNode()));
		assertThat(settings.warnings()).isEmpty();
	}

	@Test
	void everyPropertyArrives() {
		LockSettings settings = settings(Map.of("pulsar-lock.cluster", "c", "pulsar-lock.node", "n",
				"pulsar-lock.topic.tenant", "t", "pulsar-lock.topic.namespace", "ns", "pulsar-lock.topic.prefix", "p",
				"pulsar-lock.topic.shards", "7", "pulsar-lock.topic.subscription-prefix", "role-",
				"pulsar-lock.session.lease", "20s", "pulsar-lock.session.reconnect-grace", "6s",
				"pulsar-lock.cache.idle", "3s"));
		assertThat(settings(Map.of("pulsar-lock.fencing.token-floor", "9000000000")).session().tokenFloor())
			.isEqualTo(9_000_000_000L);
		assertThat(settings.topics())
			.isEqualTo(TopicSettings.of("c").in("t", "ns").withPrefix("p").withSubscriptionPrefix("role-"));
		assertThat(settings.session().node()).isEqualTo("n");
		assertThat(settings.session().shards()).isEqualTo(7);
		assertThat(settings.session().lease()).isEqualTo(Duration.ofSeconds(20));
		assertThat(settings.session().reconnectGrace()).isEqualTo(Duration.ofSeconds(6));
		assertThat(settings.session().affinity()).isEqualTo(Duration.ofSeconds(3));
		assertThat(settings(Map.of("pulsar-lock.cache.max-locks", "8")).session().affinityLocks()).isEqualTo(8);
		assertThat(settings.warnings()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			pulsar-lock.cluster                   | 'a b'  | letters
			pulsar-lock.cluster                   | ' '    | letters
			pulsar-lock.node                      | ' '    | blank
			pulsar-lock.topic.tenant              | ''     | letters
			pulsar-lock.topic.namespace           | 'a/b'  | letters
			pulsar-lock.topic.prefix              | 'ä'    | letters
			pulsar-lock.topic.subscription-prefix | 'a/b'  | letters
			pulsar-lock.topic.shards              | 0      | from 1 to 1024
			pulsar-lock.topic.shards              | 1025   | from 1 to 1024
			pulsar-lock.session.lease             | 99ms   | from 100ms to 1h
			pulsar-lock.session.lease             | 61m    | three heartbeats
			pulsar-lock.session.reconnect-grace   | 39ms   | at least 40ms
			pulsar-lock.session.reconnect-grace   | 11s    | pulsar-lock.session.lease (10s)
			pulsar-lock.cache.idle             | -1s    | negative
			pulsar-lock.cache.idle             | 61m    | longer than 1h
			pulsar-lock.cache.max-locks        | 0      | pulsar-lock.cache.idle=0
			pulsar-lock.fencing.token-floor    | -1     | from 0 to 4611686018427387903
			pulsar-lock.fencing.token-floor    | 4611686018427387904 | room for tokens
			pulsar-lock.startup-timeout           | -1s    | negative
			pulsar-lock.annotations.wait-for      | -1s    | negative
			pulsar-lock.leader.default-group              | ' '    | blank
			pulsar-lock.leader.join-groups[0]          | ' '    | blank
			""")
	void refusedValueIsNamedWithItsReason(String property, String value, String reason) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> settings(Map.of(property, value)))
			.satisfies((ex) -> {
				assertThat(ex.getName()).isEqualTo(property);
				assertThat(ex.getReason()).contains(reason).endsWith(".");
			});
	}

	@Test
	void recordKeysArriveFromOneValueOrFromSeveral() {
		assertThat(settings(Map.of()).keys().isEmpty()).isTrue();
		assertThat(settings(Map.of("pulsar-lock.security.record-keys", KEY)).keys()).hasToString("1 record keys");
		assertThat(settings(Map.of("pulsar-lock.security.record-keys", KEY + "," + KEY.replace('1', '2'))).keys())
			.hasToString("2 record keys");
		assertThat(settings(Map.of("pulsar-lock.security.record-keys[0]", KEY)).keys()).hasToString("1 record keys");
	}

	@Test
	void whatIsNoRecordKeyIsRefusedWithoutBeingShown() {
		assertThatExceptionOfType(LockConfigurationException.class)
			.isThrownBy(() -> settings(Map.of("pulsar-lock.security.record-keys", "c2VjcmV0")))
			.withMessageContaining("pulsar-lock.security.record-keys")
			.withMessageContaining("openssl rand")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("c2VjcmV0"));
	}

	@Test
	void groupThatIsTooLongIsRefused() {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> settings(Map.of("pulsar-lock.leader.default-group", "g".repeat(513))))
			.satisfies((ex) -> assertThat(ex.getReason()).contains("512"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "shop", "my-shop", "My_Shop.2", "a", "-" })
	void nameOfAnApplicationThatFitsIsTheCluster(String name) {
		assertThat(cluster(name)).isEqualTo(name);
	}

	@Test
	void applicationsWithDifferentNamesAreInDifferentClusters() {
		String hashed = cluster("my shop");
		List<String> names = List.of("my shop", "my-shop", "my/shop", "my  shop", "my--shop", "mý-shop", "my=shop",
				"my shop ", hashed, "s".repeat(100), "s".repeat(101), "s".repeat(102), "s".repeat(99) + " ",
				"\u5e97\u8217", "\u8217\u5e97");
		assertThat(names.stream().map(LockSettingsTests::cluster)).doesNotHaveDuplicates()
			.allSatisfy((cluster) -> assertThat(TopicSettings.of(cluster).cluster()).isEqualTo(cluster));
		assertThat(hashed).isEqualTo(cluster("my shop")).matches("my-shop=[0-9a-f]{12}");
	}

	@Test
	void applicationsWithDifferentNamesHaveDifferentLeaders() {
		List<String> names = List.of("my shop", "my-shop", "s".repeat(512), "s".repeat(513), "s".repeat(514),
				"s".repeat(512) + "\ud83d\ude00");
		assertThat(names.stream().map(LockSettingsTests::group)).doesNotHaveDuplicates()
			.allSatisfy((group) -> assertThat(group).hasSizeLessThanOrEqualTo(LockRegistry.MAX_NAME_LENGTH));
		assertThat(group("s".repeat(512))).isEqualTo("s".repeat(512));
		assertThat(cluster("any", Map.of("pulsar-lock.cluster", "my=shop"))).isEqualTo("my=shop");
	}

	@ParameterizedTest
	@CsvSource({ "10s,999ms,reconnect-grace is 999ms", "4s,2s,lease is 4s", "61s,4s,lease is 61s" })
	void pointlessTimesAreWarnedOfWithNumbers(String lease, String grace, String warning) {
		LockSettings settings = settings(
				Map.of("pulsar-lock.session.lease", lease, "pulsar-lock.session.reconnect-grace", grace));
		assertThat(settings.warnings()).singleElement().asString().contains(warning).containsPattern("(300 ms|5s)");
	}

	@ParameterizedTest
	@CsvSource({ "5s,1s", "60s,60s" })
	void timesAtTheEdgeOfSenseAreNotWarnedOf(String lease, String grace) {
		assertThat(settings(Map.of("pulsar-lock.session.lease", lease, "pulsar-lock.session.reconnect-grace", grace))
			.warnings()).isEmpty();
	}

	private static LockSettings settings(Map<String, String> values) {
		return LockSettings.of(properties(values),
				new MockEnvironment().withProperty("spring.application.name", "shop"));
	}

	private static String cluster(String application) {
		return cluster(application, Map.of());
	}

	private static String cluster(String application, Map<String, String> values) {
		return properties(values).cluster(new MockEnvironment().withProperty("spring.application.name", application));
	}

	private static String group(String application) {
		return properties(Map.of())
			.leaderGroup(new MockEnvironment().withProperty("spring.application.name", application));
	}

	private static PulsarLockProperties properties(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("pulsar-lock",
				PulsarLockProperties.class);
	}

}
