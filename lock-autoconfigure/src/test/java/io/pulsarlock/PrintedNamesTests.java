package io.pulsarlock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PrintedNamesTests {

	private static final String NAME = "(?<![\\w.\"'])(?!PrintedNames)(?:[\\w.]+(?:\\(\\))?\\.)*"
			+ "(?:name|group|node|job|keys?|lock|lockName|lockKey|groups|origin)(?:\\(\\))?(?![\\w.])";

	/** A name that stands in the text of a message as it is. */
	private static final Pattern BARE = Pattern.compile("'\"\\s*\\+\\s*" + NAME + "|" + NAME + "\\s*\\+\\s*\"'");

	@AfterEach
	void hashKeys() {
		PrintedNames.setReadableKeys(false);
	}

	@ParameterizedTest
	@CsvSource({ "nightly-report, nightly-report", "customer:alice@example.org, customer:#7a64adf287",
			"coupon:4711, coupon:#de650d61f5", "eu\\:coupon:4711, eu\\:coupon:#de650d61f5", "coupon:, coupon:",
			"order-4711, order-4711", "\\, \\" })
	void keyIsWhatFollowsTheFirstColon(String name, String printed) {
		assertThat(PrintedNames.lock(name)).isEqualTo(printed);
	}

	@Test
	void hashIsThatOfTheKeyAlone() {
		assertThat(PrintedNames.lock("a:4711")).endsWith(PrintedNames.key("4711"));
		assertThat(PrintedNames.lock(LockNames.join("a:b\\", "4711"))).isEqualTo("a\\:b\\\\:#de650d61f5");
		assertThat(PrintedNames.key("4712")).isNotEqualTo(PrintedNames.key("4711"));
	}

	@Test
	void keysAreReadableBySetting() {
		PrintedNames.setReadableKeys(true);
		assertThat(PrintedNames.lock("customer:alice@example.org")).isEqualTo("customer:alice@example.org");
		assertThat(PrintedNames.key("alice@example.org")).isEqualTo("alice@example.org");
	}

	@ParameterizedTest
	@ValueSource(ints = { '\n', '\r', 0, '\t', 0x0b, 0x0c, 0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0x2029, 0x202e, 0x2066,
			0x200b, 0xfeff, 0xe0001, 0xd800 })
	void whatBeginsALineOrCannotBeSeenIsPrintedAsItsCode(int codePoint) {
		String name = "a" + Character.toString(codePoint) + "b";
		String printed = "a\\u{" + Integer.toHexString(codePoint) + "}b";
		assertThat(PrintedNames.text(name)).isEqualTo(printed);
		assertThat(PrintedNames.lock(name + ":1")).startsWith(printed + ":#");
		PrintedNames.setReadableKeys(true);
		assertThat(PrintedNames.lock("a:" + name)).isEqualTo("a:" + printed);
		assertThat(PrintedNames.key(name)).isEqualTo(printed);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", "nightly report", "é", "日本", "\uD83D\uDC69\u200D\uD83D\uDD27", "می\u200cخواهم", "'\"\\" })
	void otherTextIsPrintedAsItIs(String text) {
		assertThat(PrintedNames.text(text)).isEqualTo(text);
	}

	@ParameterizedTest
	@MethodSource
	void eventsPrintTheirNames(Record event) {
		assertThat(event.toString()).doesNotContain("alice")
			.doesNotContain("\n")
			.startsWith(event.getClass().getSimpleName() + "[")
			.containsAnyOf("name=cus\\u{a}tomer:#7a64adf287", "group=cus\\u{a}tomer")
			.endsWith("]");
		for (var component : event.getClass().getRecordComponents()) {
			assertThat(event.toString()).contains(component.getName() + "=");
		}
	}

	static Stream<Record> eventsPrintTheirNames() {
		String name = "cus\ntomer:alice@example.org";
		String group = "cus\ntomer";
		Duration time = Duration.ofSeconds(1);
		LockLoss.Reason reason = LockLoss.Reason.NO_ANSWER;
		return Stream.of(new LockAcquired(name, 1, time), new LockReleased(name, 1, time),
				new LockLost(name, 1, reason, time), new LockJeopardized(name, 1), new LockRecovered(name, 1),
				new LockLoss(name, 1, reason), new LeadershipGranted(group, 1, time),
				new LeadershipRevoked(group, 1, reason, time), new LeadershipJeopardized(group, 1),
				new LeadershipRecovered(group, 1), new LeadershipVacant(group), new LeadershipOccupied(group));
	}

	@Test
	void noMessageHasABareName() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
			assertThat(files.filter((file) -> file.toString().endsWith(".java")).flatMap(PrintedNamesTests::bareNames))
				.as("print names in messages by PrintedNames")
				.isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"Lock '\" + name + \"'\"", "(a ? \"Group '\" : \"Lock '\") + this.name\n + \"' is\"",
			"\"Node '\"\n\t+ this.settings.node()", "\"Lock '\" + lock.grant().name()",
			"\"Node '\" + Peers.node(other)" })
	void bareNameIsFound(String source) {
		assertThat(BARE.matcher(source).find()).isTrue();
	}

	private static Stream<String> bareNames(Path file) {
		try {
			return BARE.matcher(Files.readString(file))
				.results()
				.map(MatchResult::group)
				.map((match) -> file.getFileName() + ": " + match)
				.toList()
				.stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
