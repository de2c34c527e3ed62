package io.pulsarlock.comparison;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

import io.pulsarlock.comparison.server.Proc;

/**
 * How fast the machine is at a moment: a round trip of 64 bytes over loopback and a
 * synced append of 512 bytes, the medians.
 *
 * @param roundTrip in nanoseconds
 * @param sync in nanoseconds
 * @param load the load average of the last minute
 */
public record Probe(double roundTrip, double sync, double load) {

	private static final int ROUND_TRIPS = 2000;

	private static final int SYNCS = 200;

	/** More than this between two probes and the numbers between them are in doubt. */
	private static final double MOST = 1.5;

	static Probe take(Path directory) {
		try {
			return new Probe(roundTrips(), syncs(directory), Proc.load());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static double roundTrips() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Thread echo = new Thread(() -> echo(server), "probe-echo");
			echo.setDaemon(true);
			echo.start();
			try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
				socket.setTcpNoDelay(true);
				DataInputStream in = new DataInputStream(socket.getInputStream());
				DataOutputStream out = new DataOutputStream(socket.getOutputStream());
				byte[] bytes = new byte[64];
				long[] nanos = new long[ROUND_TRIPS];
				for (int i = 0; i < nanos.length; i++) {
					long begin = System.nanoTime();
					out.write(bytes);
					in.readFully(bytes);
					nanos[i] = System.nanoTime() - begin;
				}
				return median(nanos);
			}
		}
	}

	private static void echo(ServerSocket server) {
		try (Socket socket = server.accept()) {
			socket.setTcpNoDelay(true);
			byte[] bytes = new byte[64];
			DataInputStream in = new DataInputStream(socket.getInputStream());
			while (true) {
				in.readFully(bytes);
				socket.getOutputStream().write(bytes);
			}
		}
		catch (IOException ex) {
			// The other end has finished.
		}
	}

	private static double syncs(Path directory) throws IOException {
		Path file = Files.createTempFile(directory, "probe", null);
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
			long[] nanos = new long[SYNCS];
			for (int i = 0; i < nanos.length; i++) {
				long begin = System.nanoTime();
				channel.write(ByteBuffer.allocate(512));
				channel.force(false);
				nanos[i] = System.nanoTime() - begin;
			}
			return median(nanos);
		}
		finally {
			Files.delete(file);
		}
	}

	private static double median(long[] nanos) {
		Arrays.sort(nanos);
		return nanos[nanos.length / 2];
	}

	boolean movedTo(Probe after) {
		return ratio(this.roundTrip, after.roundTrip) > MOST || ratio(this.sync, after.sync) > MOST;
	}

	private static double ratio(double one, double other) {
		return Math.max(one, other) / Math.max(Math.min(one, other), 1);
	}

}
