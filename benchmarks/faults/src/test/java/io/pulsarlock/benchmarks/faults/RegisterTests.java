package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Register} and {@link RegisterClient}.
 */
@Timeout(60)
class RegisterTests {

	private Register register;

	private RegisterClient client;

	@BeforeEach
	void open() throws IOException {
		this.register = Register.open("127.0.0.1", 0);
		this.client = RegisterClient.connect("127.0.0.1", this.register.port());
	}

	@AfterEach
	void close() throws IOException {
		this.client.close();
		this.register.close();
	}

	private void write(Store store, long token, long base, String id) {
		assertThat(this.client.write(store, "stock", token, base, id)).isTrue();
	}

	@Test
	void updatesOnTopOfEachOtherAreNotLost() {
		for (Store store : Store.values()) {
			for (int i = 0; i < 1000; i++) {
				long base = this.client.read(store, "stock", 1);
				assertThat(base).isEqualTo(i);
				write(store, 1, base, "id-" + i);
			}
			assertThat(this.client.report().total(store)).isEqualTo(new Report.Counts(1000, 0, 0, 0, List.of()));
		}
	}

	@Test
	void countsUpdatesThatAnOlderBaseHides() {
		long base = this.client.read(Store.UNCHECKED, "stock", 2);
		long stale = this.client.read(Store.UNCHECKED, "stock", 1);
		write(Store.UNCHECKED, 2, base, "a");
		write(Store.UNCHECKED, 2, this.client.read(Store.UNCHECKED, "stock", 2), "b");
		write(Store.UNCHECKED, 1, stale, "intruder");
		write(Store.UNCHECKED, 3, this.client.read(Store.UNCHECKED, "stock", 3), "after");
		Report report = this.client.report();
		assertThat(report.stores().get(Store.UNCHECKED)).containsOnlyKeys("stock")
			.containsEntry("stock", new Report.Counts(4, 2, 0, 0, List.of("a", "b")));
		assertThat(report.total(Store.CHECKED)).isEqualTo(Report.Counts.NONE);
	}

	@Test
	void refusesASmallerTokenInTheCheckedStoreOnly() {
		write(Store.CHECKED, 7, 0, "seven");
		assertThat(this.client.read(Store.CHECKED, "stock", 6)).isEqualTo(-1);
		assertThat(this.client.write(Store.CHECKED, "stock", 6, 0, "six")).isFalse();
		assertThat(this.client.read(Store.CHECKED, "stock", 7)).isEqualTo(1);
		assertThat(this.client.read(Store.CHECKED, "stock", 9)).isEqualTo(1);
		// A read raises it as well.
		assertThat(this.client.write(Store.CHECKED, "stock", 8, 1, "eight")).isFalse();
		assertThat(this.client.read(Store.CHECKED, "other", 1)).isZero();
		write(Store.UNCHECKED, 9, 0, "nine");
		write(Store.UNCHECKED, 1, 1, "one");
		Report report = this.client.report();
		assertThat(report.stores().get(Store.CHECKED)).containsEntry("stock", new Report.Counts(1, 0, 1, 2, List.of()));
		assertThat(report.total(Store.UNCHECKED)).isEqualTo(new Report.Counts(2, 0, 0, 0, List.of()));
	}

	@Test
	void refusesNonsenseAndGoesOn() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.write(Store.CHECKED, "stock", 1, 5, "id"))
			.withMessageContaining("no version 5");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.read(Store.CHECKED, "two words", 1));
		assertThat(this.client.read(Store.CHECKED, "stock", 1)).isZero();
	}

	@Test
	void aLostConnectionIsNeverARefusal() throws IOException {
		this.register.close();
		assertThatExceptionOfType(UncheckedIOException.class)
			.isThrownBy(() -> this.client.write(Store.CHECKED, "stock", 1, 0, "id"));
		assertThatExceptionOfType(UncheckedIOException.class)
			.isThrownBy(() -> this.client.read(Store.CHECKED, "stock", 1));
		// The kernel may still accept a connection for a moment.
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> {
			try (RegisterClient late = RegisterClient.connect("127.0.0.1", this.register.port())) {
				late.read(Store.CHECKED, "stock", 1);
			}
		});
	}

	@Test
	void clientIsSharedByThreads() throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			String name = "name-" + i;
			threads.add(new Thread(() -> {
				for (int n = 0; n < 500; n++) {
					long base = this.client.read(Store.CHECKED, name, n);
					this.client.write(Store.CHECKED, name, n, base, name + "-" + n);
				}
			}));
		}
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(this.client.report().total(Store.CHECKED)).isEqualTo(new Report.Counts(2000, 0, 0, 0, List.of()));
	}

	@Test
	void millionsOfVersionsFitIntoASmallHeap() {
		Versions history = new Versions(false);
		int versions = 3_000_000;
		long before = used();
		for (int i = 0; i < versions; i++) {
			history.write(0, i, "node-1/session-123456/" + i);
		}
		assertThat((used() - before) / versions).isLessThan(80);
		assertThat(history.counts().lost()).isZero();
	}

	private static long used() {
		System.gc();
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

	@Test
	void runsInAProcessThatEndsWithItsInput() throws Exception {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx64m", "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				Register.class.getName(), "--port=0")
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try (BufferedReader out = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			String line = out.readLine();
			assertThat(line).startsWith("REGISTER ");
			int port = Integer.parseInt(line.split(" ")[1]);
			// Like the address of a namespace, at which it listens only on request.
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> RegisterClient.connect("127.0.0.2", port).close());
			process.getOutputStream().write("127.0.0.2\n".getBytes(StandardCharsets.UTF_8));
			process.getOutputStream().flush();
			assertThat(out.readLine()).isEqualTo("LISTENS 127.0.0.2");
			RegisterClient.connect("127.0.0.2", port).close();
			try (RegisterClient remote = RegisterClient.connect("127.0.0.1", port)) {
				assertThat(remote.write(Store.CHECKED, "stock", 1, 0, "id")).isTrue();
				assertThat(remote.read(Store.CHECKED, "stock", 1)).isEqualTo(1);
				process.getOutputStream().close();
				assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
				assertThatExceptionOfType(UncheckedIOException.class)
					.isThrownBy(() -> remote.read(Store.CHECKED, "stock", 1));
			}
		}
		finally {
			process.destroyForcibly();
		}
	}

}
