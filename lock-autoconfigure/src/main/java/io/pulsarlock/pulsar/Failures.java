package io.pulsarlock.pulsar;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.PulsarClientException.AlreadyClosedException;
import org.apache.pulsar.client.api.PulsarClientException.AuthenticationException;
import org.apache.pulsar.client.api.PulsarClientException.AuthorizationException;
import org.apache.pulsar.client.api.PulsarClientException.BrokerMetadataException;
import org.apache.pulsar.client.api.PulsarClientException.BrokerPersistenceException;
import org.apache.pulsar.client.api.PulsarClientException.ChecksumException;
import org.apache.pulsar.client.api.PulsarClientException.ConnectException;
import org.apache.pulsar.client.api.PulsarClientException.GettingAuthenticationDataException;
import org.apache.pulsar.client.api.PulsarClientException.InvalidMessageException;
import org.apache.pulsar.client.api.PulsarClientException.LookupException;
import org.apache.pulsar.client.api.PulsarClientException.MemoryBufferIsFullError;
import org.apache.pulsar.client.api.PulsarClientException.MessageAcknowledgeException;
import org.apache.pulsar.client.api.PulsarClientException.NotConnectedException;
import org.apache.pulsar.client.api.PulsarClientException.NotFoundException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerBlockedQuotaExceededError;
import org.apache.pulsar.client.api.PulsarClientException.ProducerBlockedQuotaExceededException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerFencedException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerQueueIsFullError;
import org.apache.pulsar.client.api.PulsarClientException.ServiceNotReadyException;
import org.apache.pulsar.client.api.PulsarClientException.SubscriptionNotFoundException;
import org.apache.pulsar.client.api.PulsarClientException.TimeoutException;
import org.apache.pulsar.client.api.PulsarClientException.TooManyRequestsException;
import org.apache.pulsar.client.api.PulsarClientException.TopicDoesNotExistException;
import org.apache.pulsar.client.api.PulsarClientException.TopicMigrationException;
import org.apache.pulsar.client.api.PulsarClientException.TopicTerminatedException;
import org.apache.pulsar.client.api.PulsarClientException.UnsupportedAuthenticationException;
import org.jspecify.annotations.Nullable;

/**
 * Says what a failure of the Pulsar client means for locks, and what to do about it. What
 * passes by itself is known; everything else is a refusal, with Pulsar's own reason and
 * the cure that helps.
 */
final class Failures {

	private static final Pattern REASON = Pattern.compile("\"errorMsg\"\\s*:\\s*\"(.*?)\"\\s*,\\s*\"reqId\"",
			Pattern.DOTALL);

	/** The names of exceptions that the client, or a client within it, has put before. */
	private static final Pattern CLASS_NAMES = Pattern.compile("\\b(?:[a-z_]\\w*\\.){2,}[A-Z][\\w$]*: ");

	/** What a broker, a bookie or a network in trouble looks like. */
	private static final List<Class<? extends PulsarClientException>> PASSING = List.of(AlreadyClosedException.class,
			BrokerMetadataException.class, BrokerPersistenceException.class, ChecksumException.class,
			ConnectException.class, GettingAuthenticationDataException.class, InvalidMessageException.class,
			LookupException.class, MemoryBufferIsFullError.class, MessageAcknowledgeException.class,
			NotConnectedException.class, ProducerFencedException.class, ProducerQueueIsFullError.class,
			ServiceNotReadyException.class, TimeoutException.class, TooManyRequestsException.class,
			TopicMigrationException.class);

	private final TopicSettings topics;

	private final String namespace;

	private volatile boolean accepted;

	Failures(TopicSettings topics) {
		this.topics = topics;
		this.namespace = topics.tenant() + "/" + topics.namespace();
	}

	/** Whether a connection was closed before it could be used; nothing says why. */
	static boolean isClosedAtOnce(Throwable failure) {
		return String.valueOf(unwrap(failure).getMessage()).contains("Connection already closed");
	}

	/**
	 * Pulsar has let this node in. What it showed may be accepted again, once it has been
	 * renewed: tokens and certificates expire.
	 */
	void accepted() {
		this.accepted = true;
	}

	/** Whether a producer is kept out because of what subscriptions have not read. */
	static boolean isBacklog(Throwable failure) {
		Throwable cause = unwrap(failure);
		return cause instanceof ProducerBlockedQuotaExceededException
				|| cause instanceof ProducerBlockedQuotaExceededError;
	}

	/** Whether Pulsar has let this node in before. */
	boolean isAccepted() {
		return this.accepted;
	}

	/** The client cannot say who it is. */
	LockException noCredentials(Throwable failure) {
		return new LockUnavailableException("The client has no credentials to present to Pulsar: " + innermost(failure),
				failure);
	}

	/** No TLS connection comes about. */
	LockException tls(TlsProbe.Reason reason, @Nullable Throwable cause) {
		String what = "No TLS connection to " + reason.url() + " can be established: " + reason.text() + ". "
				+ reason.cure();
		return this.accepted ? new LockUnavailableException(what, cause) : new LockConfigurationException(what, cause);
	}

	LockException translate(Throwable failure, String topic) {
		Throwable cause = unwrap(failure);
		if (cause instanceof LockException lock) {
			return lock;
		}
		String reason = reason(cause);
		if (this.accepted && isOfCredentials(cause, reason)) {
			return new LockUnavailableException("Pulsar refuses the credentials of this node, which it has accepted"
					+ " before: " + reason + ". They may have expired. The node continues by itself when the client has"
					+ " new ones: a supplier is called again, spring.pulsar.client.authentication.param is read only at"
					+ " startup", cause);
		}
		if (!reason.contains("maximum number of connections")) {
			String cure = cure(cause, reason, topic);
			if (cure != null) {
				return new LockConfigurationException(refused(topic, reason) + cure, cause);
			}
			if (!passes(cause)) {
				return new LockConfigurationException(
						refused(topic, reason) + "Change the policy or the setting it names, or set"
								+ " pulsar-lock.topic.namespace to a namespace of its own for locks",
						cause);
			}
		}
		return new LockUnavailableException(
				"Pulsar cannot be queried about topic '" + topic + "': " + reason + supposition(reason), cause);
	}

	/** A cause that does not pass; brokers that are starting give the same answer. */
	private static String supposition(String reason) {
		return reason.contains("No broker was available")
				? ". If this persists, the brokers may not serve persistent topics, which locks need: set"
						+ " enablePersistentTopics=true in their configuration"
				: "";
	}

	private static String refused(String topic, String reason) {
		return "Pulsar does not allow topic '" + topic + "' to be used for locks: " + reason + ". ";
	}

	/** Over HTTP nothing but the text says so. */
	private static boolean isOfCredentials(Throwable cause, String reason) {
		return cause instanceof AuthenticationException || cause instanceof UnsupportedAuthenticationException
				|| reason.contains("HTTP get request failed: Unauthorized");
	}

	/** A failure of no particular kind is what the broker did not expect itself. */
	private static boolean passes(Throwable cause) {
		return !(cause instanceof PulsarClientException) || cause.getClass() == PulsarClientException.class
				|| PASSING.stream().anyMatch((type) -> type.isInstance(cause));
	}

	/** What to do, if the failure is known not to pass by itself. */
	private @Nullable String cure(Throwable cause, String reason, String topic) {
		if (cause instanceof TopicDoesNotExistException) {
			return (reason.contains("amespace") || reason.contains("enant")) ? createNamespace() : createTopic(topic);
		}
		if (cause instanceof NotFoundException) {
			return createNamespace() + ". If it exists: " + createTopic(topic);
		}
		if (cause instanceof SubscriptionNotFoundException) {
			return "Automatic creation of subscriptions is disabled. Create the durable one: "
					+ "'pulsar-admin topics create-subscription --subscription " + keeper() + " " + topic + "'";
		}
		if (cause instanceof AuthorizationException || reason.contains("prefixed by the authentication role")
				|| reason.contains("HTTP get request failed: Forbidden")) {
			return reason.contains("prefixed")
					? "Set pulsar-lock.topic.subscription-prefix to the role and a hyphen, on all nodes"
					: "Grant the permission to the role of this node: " + namespaces(
							"grant-permission " + this.namespace + " --role <role> --actions produce,consume");
		}
		if (isOfCredentials(cause, reason)) {
			return "Pulsar refuses the credentials. Check the client's authentication settings "
					+ "(spring.pulsar.client.authentication.*)";
		}
		if (isBacklog(cause)) {
			return "Joining nodes need three leases of journal, so the quota locks out running nodes. Remove it: "
					+ namespaces("remove-backlog-quota --type message_age " + this.namespace)
					+ ", or allow an age of five leases";
		}
		if (cause instanceof TopicTerminatedException) {
			return "Delete it: 'pulsar-admin topics delete --force " + topic + "'. Locks that are held are lost";
		}
		return limit(reason);
	}

	private @Nullable String limit(String reason) {
		if (reason.contains("Encryption is required") || reason.contains("must be encrypted")) {
			return "Set pulsar-lock.security.encryption-keys and a CryptoKeyReader bean, or allow records that are not"
					+ " encrypted: " + namespaces("set-encryption-required --disable " + this.namespace);
		}
		if (reason.contains("do not have") && reason.contains("listener")) {
			return "Set the client's listenerName to one of the broker's advertisedListeners, or do not set it";
		}
		if (reason.contains("missing local cluster name")) {
			Matcher local = Pattern.compile("local_cluster=(\\S+)").matcher(reason);
			return "Have this cluster serve the namespace: " + namespaces(
					"set-clusters --clusters " + (local.find() ? local.group(1) : "<cluster>") + " " + this.namespace);
		}
		if (reason.contains("unable to load persistent topic")) {
			return "Locks need persistent topics: set enablePersistentTopics=true on the brokers";
		}
		if (reason.contains("max producers limit")) {
			return lift("producers-per-topic");
		}
		if (reason.contains("Subscription reached max consumers limit")) {
			return lift("consumers-per-subscription");
		}
		if (reason.contains("max consumers limit")) {
			return lift("consumers-per-topic");
		}
		if (reason.contains("maximum number of subscriptions")) {
			return lift("subscriptions-per-topic");
		}
		if (reason.contains("maximum number of topics")) {
			return lift("topics-per-namespace");
		}
		if (reason.contains("sub type")) {
			return "Locks need two types of subscriptions: "
					+ namespaces("set-subscription-types-enabled --types Exclusive,Failover " + this.namespace);
		}
		return null;
	}

	private String lift(String limit) {
		return "Lift the limit: " + namespaces("set-max-" + limit + " --max-" + limit + " 0 " + this.namespace)
				+ ", and the broker's own if there is one. Each node needs a producer and two consumers in each topic";
	}

	private String createNamespace() {
		return "Create the namespace ('pulsar-admin tenants create " + this.topics.tenant() + "', "
				+ namespaces("create " + this.namespace)
				+ ") or set pulsar-lock.topic.tenant and pulsar-lock.topic.namespace";
	}

	private static String createTopic(String topic) {
		return "Automatic creation of topics is disabled. Create it: 'pulsar-admin topics create " + topic + "'";
	}

	/** What helps against a topic with partitions that is created again and again. */
	LockConfigurationException partitioned(String topic) {
		return new LockConfigurationException("Topic '" + topic
				+ "' is partitioned, so its subscriptions exclude no other consumer. Create topics without partitions: "
				+ namespaces("set-auto-topic-creation --enable --type non-partitioned " + this.namespace)
				+ ". Then delete it: 'pulsar-admin topics delete-partitioned-topic --force " + topic
				+ "'; this node creates it again");
	}

	/** The client writes to another Pulsar cluster than it reads. */
	LockConfigurationException diverted(String topic) {
		return new LockConfigurationException("What this node writes to topic '" + topic
				+ "' comes to another Pulsar cluster than the one that it reads: the cluster is marked as migrated. Stop"
				+ " all nodes, and start them with spring.pulsar.client.service-url of the other cluster and"
				+ " pulsar-lock.fencing.token-floor not below 'highestToken' of the endpoint pulsarlocks");
	}

	private String keeper() {
		return this.topics.subscriptionPrefix() + PulsarConnector.KEEPER;
	}

	private static String namespaces(String command) {
		return "'pulsar-admin namespaces " + command + "'";
	}

	/**
	 * What Pulsar says, without the numbers of request and connection around it, and
	 * without classes that are not on the class path.
	 */
	private static String reason(Throwable cause) {
		String message = String.valueOf(cause.getMessage());
		Matcher reason = REASON.matcher(message);
		String text = CLASS_NAMES.matcher(reason.find() ? reason.group(1) : message).replaceAll("").strip();
		return PrintedNames.text(text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
	}

	static Throwable unwrap(Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

	/** What lies at the bottom of a failure. */
	static String innermost(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null) {
			cause = cause.getCause();
		}
		return String.valueOf((cause.getMessage() != null) ? cause.getMessage() : cause);
	}

}
