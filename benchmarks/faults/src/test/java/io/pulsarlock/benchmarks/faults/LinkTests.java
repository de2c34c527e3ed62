package io.pulsarlock.benchmarks.faults;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Link} with plain sockets.
 */
@Timeout(60)
class LinkTests {

	/** How long nothing must arrive to count as silence. */
	private static final int SILENCE = 300;

	private Link link;

	private ServerSocket server;

	private Socket node;

	private Socket broker;

	@BeforeEach
	void connect() throws IOException {
		this.link = Link.open("127.0.0.1");
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.node = open(false);
		this.broker = this.server.accept();
	}

	@AfterEach
	void close() throws IOException {
		this.link.close();
		this.server.close();
		this.node.close();
		this.broker.close();
	}

	private Socket open(boolean byName) throws IOException {
		Socket socket = new Socket("127.0.0.1", this.link.port());
		socket.setSoTimeout(10_000);
		OutputStream out = socket.getOutputStream();
		out.write(new byte[] { 5, 1, 0 });
		out.write(new byte[] { 5, 1, 0 });
		if (byName) {
			byte[] name = "localhost".getBytes(StandardCharsets.US_ASCII);
			out.write(new byte[] { 3, (byte) name.length });
			out.write(name);
		}
		else {
			out.write(new byte[] { 1, 127, 0, 0, 1 });
		}
		out.write(new byte[] { (byte) (this.server.getLocalPort() >> 8), (byte) this.server.getLocalPort() });
		DataInputStream in = new DataInputStream(socket.getInputStream());
		assertThat(in.readNBytes(2)).containsExactly(5, 0);
		assertThat(in.readNBytes(10)).startsWith(5, 0);
		return socket;
	}

	private static void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
	}

	private static void expect(Socket socket, String text) throws IOException {
		socket.setSoTimeout(10_000);
		assertThat(new String(socket.getInputStream().readNBytes(text.length()), StandardCharsets.US_ASCII))
			.isEqualTo(text);
	}

	private static void expectSilence(Socket socket) throws IOException {
		socket.setSoTimeout(SILENCE);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> socket.getInputStream().read());
	}

	private static void expectReset(Socket socket) throws IOException {
		socket.setSoTimeout(10_000);
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.getInputStream().read())
			.withMessageContaining("reset");
	}

	private static void expectEnd(Socket socket) throws IOException {
		socket.setSoTimeout(10_000);
		assertThat(socket.getInputStream().read()).isEqualTo(-1);
	}

	private void expectBothWays() throws IOException {
		send(this.node, "ping");
		expect(this.broker, "ping");
		send(this.broker, "pong");
		expect(this.node, "pong");
	}

	@Test
	void forwardsBothWaysAndPassesOnACloseAndAReset() throws IOException {
		expectBothWays();
		assertThat(this.link.connections()).isEqualTo(1);
		try (Socket second = open(true); Socket server = this.server.accept()) {
			send(second, "by name");
			expect(server, "by name");
			assertThat(this.link.connections()).isEqualTo(2);
			server.setSoLinger(true, 0);
			server.close();
			expectReset(second);
		}
		this.node.close();
		expectEnd(this.broker);
		await().until(() -> this.link.connections() == 0);
	}

	@Test
	void saysThatABrokerRefuses() throws IOException {
		this.server.close();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> open(false)).withMessageContaining("[5, 5,");
	}

	@Test
	void resetsBothSides() throws IOException {
		this.link.resetAll();
		expectReset(this.node);
		expectReset(this.broker);
		assertThat(this.link.connections()).isZero();
		this.node = open(false);
		this.broker = this.server.accept();
		expectBothWays();
	}

	@Test
	void resetsTheBrokerSideAndKeepsTheNodeInSilence() throws IOException {
		expectOneSidedReset(this.link::resetBrokerSide, this.broker, this.node);
	}

	@Test
	void resetsTheNodeSideAndKeepsTheBrokerInSilence() throws IOException {
		expectOneSidedReset(this.link::resetNodeSide, this.node, this.broker);
	}

	private void expectOneSidedReset(Runnable reset, Socket there, Socket here) throws IOException {
		reset.run();
		expectReset(there);
		send(here, "anybody?");
		expectSilence(here);
		assertThat(this.link.connections()).isEqualTo(1);
		try (Socket second = open(false); Socket server = this.server.accept()) {
			send(second, "new");
			expect(server, "new");
			this.link.heal();
			expectEnd(here);
			send(server, "untouched");
			expect(second, "untouched");
		}
	}

	@Test
	void blackholeTowardsTheBrokerHoldsBackOnlyThat() throws IOException {
		this.link.blackhole(true, false);
		send(this.node, "ping");
		expectSilence(this.broker);
		send(this.broker, "pong");
		expect(this.node, "pong");
		this.link.heal();
		expect(this.broker, "ping");
		expectBothWays();
	}

	@Test
	void blackholeTowardsTheNodeHoldsBackOnlyThat() throws IOException {
		this.link.blackhole(false, true);
		send(this.broker, "pong");
		expectSilence(this.node);
		send(this.node, "ping");
		expect(this.broker, "ping");
		this.link.heal();
		expect(this.node, "pong");
		expectBothWays();
	}

	@Test
	void blackholePassesOnACloseOnlyAfterItIsHealedAndDropsTheBacklog() throws IOException {
		this.link.blackhole(true, true);
		send(this.node, "too late");
		this.node.close();
		expectSilence(this.broker);
		this.link.heal();
		expectEnd(this.broker);
	}

	@Test
	void blackholeLeavesNewConnectionsWithoutAnAnswer() throws IOException {
		this.link.blackhole(false, true);
		try (Socket second = open(false)) {
			send(second, "early");
			expectSilence(second);
			this.link.heal();
			try (Socket reached = this.server.accept()) {
				expect(reached, "early");
				send(reached, "late");
				expect(second, "late");
			}
		}
	}

	@Test
	void blackholeEndsWithAReset() throws IOException {
		this.link.blackhole(true, true);
		this.link.resetAll();
		expectReset(this.node);
		expectReset(this.broker);
	}

	@Test
	void blackholeTakesInABoundedNumberOfBytes() throws Exception {
		this.link.blackhole(true, false);
		byte[] chunk = new byte[64 * 1024];
		int total = 1024;
		Thread writer = new Thread(() -> {
			try {
				for (int i = 0; i < total; i++) {
					Arrays.fill(chunk, (byte) i);
					this.node.getOutputStream().write(chunk);
				}
			}
			catch (IOException ex) {
				// Verified by the count at the other end.
			}
		});
		writer.start();
		await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(20)).until(writer::isAlive);
		this.link.heal();
		this.broker.setSoTimeout(10_000);
		for (int i = 0; i < total; i++) {
			byte[] read = this.broker.getInputStream().readNBytes(chunk.length);
			assertThat(read[0]).isEqualTo((byte) i);
			assertThat(read[chunk.length - 1]).isEqualTo((byte) i);
		}
		writer.join();
	}

	@Test
	void delaysEachWay() throws IOException {
		this.link.delay(Duration.ofMillis(400));
		long begin = System.nanoTime();
		expectBothWays();
		assertThat(millisSince(begin)).isBetween(800L, 1500L);
		send(this.node, "held up");
		this.link.delay(Duration.ofHours(1));
		expectSilence(this.broker);
		this.link.heal();
		expect(this.broker, "held up");
	}

	@Test
	void throttlesOnlyTowardsTheNode() throws IOException {
		this.link.throttle(10_000);
		long begin = System.nanoTime();
		send(this.broker, "x".repeat(15_000));
		this.node.getInputStream().readNBytes(15_000);
		assertThat(millisSince(begin)).isBetween(1200L, 3000L);
		begin = System.nanoTime();
		send(this.node, "x".repeat(100_000));
		this.broker.getInputStream().readNBytes(100_000);
		assertThat(millisSince(begin)).isLessThan(1200L);
		send(this.broker, "x".repeat(100_000));
		this.link.heal();
		begin = System.nanoTime();
		this.node.getInputStream().readNBytes(100_000);
		assertThat(millisSince(begin)).isLessThan(1200L);
	}

	@Test
	void closesWithAllItsConnections() throws IOException {
		this.link.blackhole(true, true);
		this.link.close();
		expectReset(this.node);
		expectReset(this.broker);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> open(false));
	}

	private static long millisSince(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin).toMillis();
	}

}
