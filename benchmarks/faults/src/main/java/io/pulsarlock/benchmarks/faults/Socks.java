package io.pulsarlock.benchmarks.faults;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * The server's side of the SOCKS5 handshake (RFC 1928): CONNECT without authentication,
 * to IPv4 addresses and names.
 */
final class Socks {

	static final int CONNECTED = 0;

	static final int REFUSED = 5;

	static final int NO_SUCH_ADDRESS_TYPE = 8;

	private Socks() {
	}

	/**
	 * Reads greeting and request, and answers the greeting.
	 * @param socket the client's socket
	 * @return the requested address, or null if it has another type
	 * @throws IOException if the client has ended or uses another protocol
	 */
	static @Nullable InetSocketAddress readTarget(Socket socket) throws IOException {
		DataInputStream in = new DataInputStream(socket.getInputStream());
		expect(in, 5);
		in.readFully(new byte[in.readUnsignedByte()]);
		socket.getOutputStream().write(new byte[] { 5, 0 });
		expect(in, 5);
		expect(in, 1);
		expect(in, 0);
		return switch (in.readUnsignedByte()) {
			case 1 -> new InetSocketAddress(InetAddress.getByAddress(in.readNBytes(4)), in.readUnsignedShort());
			case 3 -> {
				String name = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII);
				yield new InetSocketAddress(name, in.readUnsignedShort());
			}
			default -> null;
		};
	}

	private static void expect(DataInputStream in, int expected) throws IOException {
		int found = in.readUnsignedByte();
		if (found != expected) {
			throw new IOException("No SOCKS5 CONNECT: " + found + " instead of " + expected);
		}
	}

	static void reply(Socket socket, int code) throws IOException {
		socket.getOutputStream().write(new byte[] { 5, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0 });
	}

}
