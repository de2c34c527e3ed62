package io.pulsarlock.session;

import java.time.Duration;

import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class SkippedMessagesTests {

	private final SkippedMessages skipped = new SkippedMessages(3);

	private long now;

	@Test
	void firstOfEachKindIsSaidAtOnceAndTheOthersOnceAMinute(CapturedOutput output) {
		for (int i = 0; i < 1000; i++) {
			note(i, SkipCause.FOREIGN);
		}
		note(1000, SkipCause.EMPTY);
		assertThat(output.getAll().lines().filter((line) -> line.contains("shard 3"))).hasSize(2)
			.first()
			.asString()
			.contains("7:0", SkipCause.FOREIGN.description(), "permission");
		this.now += Duration.ofMinutes(1).toNanos();
		note(1001, SkipCause.FOREIGN);
		note(1002, SkipCause.FOREIGN);
		assertThat(output.getAll().lines().filter((line) -> line.contains("shard 3"))).hasSize(3)
			.last()
			.asString()
			.contains("7:1001", "the latest of 1000");
		assertThat(this.skipped.count()).isEqualTo(1003);
	}

	@Test
	void messageThatIsReadAgainCountsOnce(CapturedOutput output) {
		note(1, SkipCause.BATCH);
		this.now += Duration.ofMinutes(2).toNanos();
		note(1, SkipCause.BATCH);
		note(0, SkipCause.BATCH);
		assertThat(this.skipped.count()).isOne();
		assertThat(output.getAll().lines().filter((line) -> line.contains("shard 3"))).hasSize(1);
	}

	private void note(int entry, SkipCause cause) {
		this.skipped.note(new Position(7, entry), cause, this.now);
	}

}
