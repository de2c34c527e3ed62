package io.pulsarlock.pulsar;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.impl.LookupService;
import org.apache.pulsar.client.impl.PulsarClientImpl;
import org.apache.pulsar.client.impl.conf.ClientConfigurationData;
import org.apache.pulsar.common.net.ServiceURI;
import org.jspecify.annotations.Nullable;

/**
 * Lets a client make one attempt to connect for all of its consumers and producers. Each
 * of them tries by itself to get its connection back, once a second, with three lines of
 * log for each attempt. But before it does, it asks the client's lookup where its topic
 * is; so while no broker can be connected to, that question waits at an
 * {@link OutageGate}.
 * <p>
 * There is no setting for that, and the lookup is not of the client's API. It differs
 * from version to version too, so it is stood in for by a proxy. A client that does not
 * have it is left as it is.
 */
final class PatientLookup implements InvocationHandler {

	private static final Log logger = LogFactory.getLog(PatientLookup.class);

	/** Longer than the client itself tries to find the partitions of a topic. */
	private static final long PARTITIONS_LIMIT = TimeUnit.SECONDS.toNanos(10);

	/** Less than an opening that does not end is waited for. */
	private static final long OPENING_LIMIT = TimeUnit.SECONDS.toNanos(30);

	/** Whatever has been open has time; it may be closed meanwhile, silently. */
	private static final long LIMIT = TimeUnit.HOURS.toNanos(1);

	private static final int PROBE_MILLIS = 1000;

	private final LookupService lookup;

	private final OutageGate gate;

	private final Predicate<String> opening;

	private PatientLookup(LookupService lookup, boolean direct, Predicate<String> opening) {
		this.lookup = lookup;
		this.opening = opening;
		this.gate = new OutageGate(new RealClock(), direct ? this::probe : null);
	}

	/**
	 * Makes a client patient.
	 * @param client the client, before it is used
	 * @param opening whether a topic is being opened
	 * @return the same client
	 */
	static PulsarClient install(PulsarClient client, Predicate<String> opening) {
		if (client instanceof PulsarClientImpl known) {
			try {
				PatientLookup patient = new PatientLookup(known.getLookup(), isDirect(known.getConfiguration()),
						opening);
				known.setLookup((LookupService) Proxy.newProxyInstance(LookupService.class.getClassLoader(),
						new Class<?>[] { LookupService.class }, patient));
			}
			catch (LinkageError | RuntimeException ex) {
				logger.debug("Consumers and producers of this Pulsar client look for a broker one by one", ex);
			}
		}
		return client;
	}

	/** Whether the client finds the service url where the JDK finds it. */
	private static boolean isDirect(ClientConfigurationData client) {
		return client.getSocks5ProxyAddress() == null && isEmpty(client.getProxyServiceUrl())
				&& isEmpty(client.getDnsLookupBindAddress()) && client.getDnsServerAddresses().isEmpty();
	}

	private static boolean isEmpty(@Nullable String value) {
		return value == null || value.isBlank();
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		switch (method.getName()) {
			case "getBroker" -> {
				boolean opens = arguments != null && this.opening.test(String.valueOf(arguments[0]));
				return this.gate.ask(() -> future(method, arguments), opens ? OPENING_LIMIT : LIMIT);
			}
			case "getPartitionedTopicMetadata" -> {
				return this.gate.ask(() -> future(method, arguments), PARTITIONS_LIMIT);
			}
			case "close" -> this.gate.close();
			default -> {
			}
		}
		return call(method, arguments);
	}

	@SuppressWarnings("unchecked")
	private CompletableFuture<@Nullable Object> future(Method method, Object @Nullable [] arguments) {
		try {
			return (CompletableFuture<@Nullable Object>) Objects.requireNonNull(call(method, arguments));
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
		try {
			return method.invoke(this.lookup, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/**
	 * Not by the lookup's own address, which is another one each time it is asked: of two
	 * brokers the one that is there would be probed, and the other one be connected to.
	 */
	private CompletionStage<Boolean> probe() {
		List<String> hosts = List.of(ServiceURI.create(this.lookup.getServiceUrl()).getServiceHosts());
		return CompletableFuture.supplyAsync(() -> hosts.stream().anyMatch(PatientLookup::accepts),
				(task) -> PulsarConnector.aside("pulsar-lock-probe", task));
	}

	private static boolean accepts(String host) {
		// The client knows nothing of the proxies of the JVM either.
		try (Socket socket = new Socket(java.net.Proxy.NO_PROXY)) {
			URI uri = URI.create("pulsar://" + host);
			socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), PROBE_MILLIS);
			return true;
		}
		catch (IOException | RuntimeException ex) {
			return false;
		}
	}

	private static final class RealClock implements OutageGate.Clock {

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public CompletionStage<Void> after(long nanos) {
			return ClientTimer.pause(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
		}

	}

}
