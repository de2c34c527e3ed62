package io.pulsarlock.comparison.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.GetOption;
import io.grpc.stub.StreamObserver;
import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The lock service of etcd. Each thread has a lease of its own, kept alive: two callers
 * with one lease would share the lock.
 */
public final class JetcdPeer implements Peer {

	private final Client client;

	private final Duration timeout;

	private final Map<Thread, Long> leases = new ConcurrentHashMap<>();

	public JetcdPeer(Settings settings) {
		this.timeout = settings.timeout();
		this.client = Client.builder().endpoints("http://" + settings.address()).build();
		lease();
	}

	private long lease() {
		return this.leases.computeIfAbsent(Thread.currentThread(), (thread) -> {
			long lease = this.client.getLeaseClient().grant(this.timeout.toSeconds()).join().getID();
			this.client.getLeaseClient().keepAlive(lease, new Ignored());
			return lease;
		});
	}

	@Override
	public PeerLock lock(String name) {
		ByteSequence key = bytes(name);
		return new PeerLock() {

			private @Nullable ByteSequence held;

			@Override
			public boolean acquire(long millis) throws Exception {
				CompletableFuture<LockResponse> answer = JetcdPeer.this.client.getLockClient().lock(key, lease());
				try {
					this.held = answer.get(millis, TimeUnit.MILLISECONDS).getKey();
					return true;
				}
				catch (TimeoutException ex) {
					answer.cancel(true);
					return false;
				}
			}

			@Override
			public void release() throws Exception {
				ByteSequence held = this.held;
				if (held != null) {
					JetcdPeer.this.client.getLockClient().unlock(held).get();
				}
			}

		};
	}

	@Override
	public long objects() throws Exception {
		return this.client.getKVClient()
			.get(bytes("\0"), GetOption.builder().withRange(bytes("\0")).withCountOnly(true).build())
			.get()
			.getCount();
	}

	private static ByteSequence bytes(String text) {
		return ByteSequence.from(text, StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.leases.values().forEach((lease) -> this.client.getLeaseClient().revoke(lease).join());
		this.client.close();
	}

	/** The client renews by itself. */
	private static final class Ignored implements StreamObserver<LeaseKeepAliveResponse> {

		@Override
		public void onNext(LeaseKeepAliveResponse response) {
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
		}

	}

}
