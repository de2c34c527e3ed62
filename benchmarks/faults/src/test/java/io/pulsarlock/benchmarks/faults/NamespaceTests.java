package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Namespace}.
 */
@Timeout(60)
class NamespaceTests {

	private Namespace namespace;

	@BeforeEach
	void create() {
		assumeThat(Namespace.whyNot()).isNull();
		assertThat(Namespace.isPossible()).isTrue();
		this.namespace = Namespace.create(1);
	}

	@AfterEach
	void delete() {
		if (this.namespace != null) {
			this.namespace.close();
			assertThat(Command.run("ip", "netns", "list")).doesNotContain(name(1));
			assertThat(Command.run("ip", "link")).doesNotContain(name(1));
		}
	}

	private static String name(int index) {
		return "plk" + ProcessHandle.current().pid() + "-" + index;
	}

	@Test
	void dropsOnePortInEitherDirectionAndHeals() throws Exception {
		try (ServerSocket dropped = listen();
				ServerSocket other = listen();
				Peer there = new Peer(dropped);
				Peer register = new Peer(other)) {
			there.expectEcho();
			register.expectEcho();
			this.namespace.drop(dropped.getLocalPort(), true, false);
			there.expectToHear("one");
			there.expectToGetNothing("two");
			register.expectEcho();
			this.namespace.heal();
			// TCP sends it again.
			there.expectToGet("two");
			this.namespace.drop(dropped.getLocalPort(), false, true);
			there.expectToHearNothing("three");
			register.expectEcho();
			this.namespace.drop(dropped.getLocalPort(), true, true);
			there.expectToGetNothing("four");
			this.namespace.heal();
			there.expectToHearLate("three");
			there.expectToGet("four");
		}
	}

	@Test
	void namespacesDoNotMeetAndTwoCanBeThere() {
		try (Namespace second = Namespace.create(2)) {
			assertThat(second.hostAddress()).startsWith("10.77.").isNotEqualTo(this.namespace.hostAddress());
			assertThat(Command.run("ip", "netns", "list")).contains(name(1), name(2));
		}
	}

	@Test
	void namespacesOfDeadCampaignsAreRemoved() throws Exception {
		Process dead = new ProcessBuilder("true").start();
		dead.waitFor();
		String stale = "plk" + dead.pid() + "-1";
		Command.run("ip", "netns", "add", stale);
		Command.run("ip", "link", "add", stale + "h", "type", "veth", "peer", "name", stale + "n", "netns", stale);
		Namespace.create(2).close();
		assertThat(Command.run("ip", "netns", "list")).doesNotContain(stale).contains(name(1));
		assertThat(Command.run("ip", "link")).doesNotContain(stale);
	}

	private ServerSocket listen() throws IOException {
		return new ServerSocket(0, 5, InetAddress.getByName(this.namespace.hostAddress()));
	}

	/**
	 * A shell in the namespace with a connection to the test, which exchanges lines.
	 */
	private final class Peer implements AutoCloseable {

		private final Process process;

		private final Socket socket;

		private final BufferedReader heard;

		private final BufferedReader got;

		Peer(ServerSocket server) throws IOException {
			List<String> command = new ArrayList<>(NamespaceTests.this.namespace.prefix());
			command.addAll(List.of("bash", "-c", "exec 3<>/dev/tcp/" + NamespaceTests.this.namespace.hostAddress() + "/"
					+ server.getLocalPort() + "; cat <&3 & cat >&3"));
			this.process = new ProcessBuilder(command).start();
			server.setSoTimeout(20_000);
			this.socket = server.accept();
			this.heard = reader(this.socket.getInputStream());
			this.got = reader(this.process.getInputStream());
		}

		private static BufferedReader reader(InputStream in) {
			return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
		}

		private static void write(OutputStream out, String text) throws IOException {
			out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
			out.flush();
		}

		void expectEcho() throws IOException {
			expectToHear("ping");
			write(this.socket.getOutputStream(), "pong");
			assertThat(this.got.readLine()).isEqualTo("pong");
		}

		void expectToHear(String text) throws IOException {
			write(this.process.getOutputStream(), text);
			this.socket.setSoTimeout(30_000);
			assertThat(this.heard.readLine()).isEqualTo(text);
		}

		void expectToHearNothing(String text) throws IOException {
			write(this.process.getOutputStream(), text);
			this.socket.setSoTimeout(1000);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(this.heard::readLine);
		}

		void expectToHearLate(String text) throws IOException {
			this.socket.setSoTimeout(30_000);
			assertThat(this.heard.readLine()).isEqualTo(text);
		}

		void expectToGet(String text) throws IOException {
			assertThat(this.got.readLine()).isEqualTo(text);
		}

		void expectToGetNothing(String text) throws Exception {
			write(this.socket.getOutputStream(), text);
			await().during(Duration.ofSeconds(1)).until(() -> !this.got.ready());
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
			this.process.descendants().forEach(ProcessHandle::destroyForcibly);
			this.process.destroyForcibly();
		}

	}

}
