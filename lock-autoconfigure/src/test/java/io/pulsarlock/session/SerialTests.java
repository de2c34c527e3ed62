package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SerialTests {

	private final List<Runnable> submitted = new ArrayList<>();

	private final List<Integer> done = new ArrayList<>();

	private Throwable refusal;

	private final Serial serial = new Serial((task) -> {
		if (this.refusal instanceof RuntimeException ex) {
			throw ex;
		}
		if (this.refusal instanceof Error ex) {
			throw ex;
		}
		this.submitted.add(task);
	});

	private void runSubmitted() {
		List<Runnable> tasks = List.copyOf(this.submitted);
		this.submitted.clear();
		tasks.forEach(Runnable::run);
	}

	@Test
	void refusalKeepsNoLaterTaskFromRunningInOrder() {
		for (Throwable each : List.of(new OutOfMemoryError("unable to create native thread"),
				new RejectedExecutionException("on purpose"))) {
			this.done.clear();
			this.refusal = each;
			assertThatExceptionOfType(each.getClass()).isThrownBy(() -> this.serial.execute(() -> this.done.add(0)));
			this.refusal = null;
			for (int i = 1; i <= 1000; i++) {
				int number = i;
				this.serial.execute(() -> this.done.add(number));
			}
			runSubmitted();
			assertThat(this.done).hasSize(1001).isSorted();
		}
	}

	@Test
	void taskThatFailsStopsNoOther() {
		this.serial.execute(() -> {
			throw new StackOverflowError();
		});
		this.serial.execute(() -> this.done.add(1));
		runSubmitted();
		this.serial.execute(() -> this.done.add(2));
		runSubmitted();
		assertThat(this.done).containsExactly(1, 2);
	}

}
