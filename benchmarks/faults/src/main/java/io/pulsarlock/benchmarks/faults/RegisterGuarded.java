package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/**
 * The register as the workers see it: a connection per thread, which is replaced after a
 * failure.
 */
final class RegisterGuarded implements Guarded {

	private final InetSocketAddress address;

	private final ThreadLocal<RegisterClient> clients = new ThreadLocal<>();

	RegisterGuarded(InetSocketAddress address) {
		this.address = address;
	}

	@Override
	public long read(Store store, String name, long token) throws IOException {
		return call((client) -> client.read(store, name, token));
	}

	@Override
	public boolean write(Store store, String name, long token, long base, String id) throws IOException {
		// A refused read yields no version to write on top of.
		return base >= 0 && call((client) -> client.write(store, name, token, base, id) ? 1L : 0L) == 1;
	}

	private long call(Call call) throws IOException {
		RegisterClient client = this.clients.get();
		try {
			if (client == null) {
				client = RegisterClient.connect(this.address.getHostString(), this.address.getPort());
				this.clients.set(client);
			}
			return call.on(client);
		}
		catch (UncheckedIOException ex) {
			this.clients.remove();
			throw ex.getCause();
		}
	}

	@FunctionalInterface
	private interface Call {

		long on(RegisterClient client);

	}

}
