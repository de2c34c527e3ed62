package io.pulsarlock.pulsar;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import org.apache.pulsar.client.api.PulsarClientException.AuthenticationException;
import org.apache.pulsar.client.api.PulsarClientException.AuthorizationException;
import org.apache.pulsar.client.api.PulsarClientException.ConsumerBusyException;
import org.apache.pulsar.client.api.PulsarClientException.IncompatibleSchemaException;
import org.apache.pulsar.client.api.PulsarClientException.InvalidConfigurationException;
import org.apache.pulsar.client.api.PulsarClientException.InvalidServiceURL;
import org.apache.pulsar.client.api.PulsarClientException.InvalidTopicNameException;
import org.apache.pulsar.client.api.PulsarClientException.NotAllowedException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerBlockedQuotaExceededException;
import org.apache.pulsar.client.api.PulsarClientException.TopicDoesNotExistException;
import org.apache.pulsar.client.api.PulsarClientException.TopicTerminatedException;
import org.apache.pulsar.client.api.PulsarClientException.UnsupportedAuthenticationException;

/**
 * Says what a failure of the Pulsar client means for locks, and what to do about it.
 */
final class Failures {

	private static final String BUSY = "Exclusive consumer is already connected";

	private final TopicSettings topics;

	Failures(TopicSettings topics) {
		this.topics = topics;
	}

	/** Whether the failure says that somebody else is inside, and nothing else. */
	static boolean isOccupied(Throwable failure) {
		// The same exception also stands for limits and for a subscription of another
		// type;
		// only the text tells. Taken for an occupied door they would look like a lock
		// that is
		// held for ever.
		Throwable cause = unwrap(failure);
		return cause instanceof ConsumerBusyException && String.valueOf(cause.getMessage()).contains(BUSY);
	}

	LockException translate(Throwable failure, String topic) {
		Throwable cause = unwrap(failure);
		String namespace = this.topics.tenant() + "/" + this.topics.namespace();
		String reason = String.valueOf(cause.getMessage());
		if (cause instanceof LockException lock) {
			return lock;
		}
		if (cause instanceof TopicDoesNotExistException) {
			if (reason.contains("amespace") || reason.contains("enant")) {
				return configuration(
						"Namespace '" + namespace + "' does not exist. Create it ('pulsar-admin tenants create "
								+ this.topics.tenant() + "', 'pulsar-admin namespaces create " + namespace
								+ "') or set pulsar-lock.topic.tenant and pulsar-lock.topic.namespace",
						cause);
			}
			return configuration(
					"Topic '" + topic + "' does not exist and may not be created automatically. Create it: "
							+ "'pulsar-admin topics create " + topic + "'",
					cause);
		}
		if (cause instanceof AuthorizationException) {
			return configuration("Not allowed to use topic '" + topic + "'. Grant it: 'pulsar-admin namespaces "
					+ "grant-permission " + namespace + " --role <role> --actions produce,consume'", cause);
		}
		if (cause instanceof AuthenticationException || cause instanceof UnsupportedAuthenticationException) {
			return configuration(
					"Pulsar refuses the credentials. Check the client's authentication settings (spring.pulsar.client."
							+ "authentication.*)",
					cause);
		}
		if (cause instanceof ConsumerBusyException || cause instanceof NotAllowedException) {
			return configuration("Pulsar refuses a subscription on topic '" + topic + "': " + reason
					+ ". Lift the limit (max consumers or subscriptions per topic), or remove what else uses the topic",
					cause);
		}
		if (cause instanceof InvalidServiceURL || cause instanceof InvalidTopicNameException
				|| cause instanceof InvalidConfigurationException || cause instanceof IncompatibleSchemaException
				|| cause instanceof TopicTerminatedException
				|| cause instanceof ProducerBlockedQuotaExceededException) {
			return configuration("Topic '" + topic + "' cannot be used for locks: " + reason, cause);
		}
		return new LockUnavailableException("Pulsar cannot be asked about topic '" + topic + "': " + reason, cause);
	}

	private static LockConfigurationException configuration(String message, Throwable cause) {
		return new LockConfigurationException(message, cause);
	}

	static Throwable unwrap(Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

}
