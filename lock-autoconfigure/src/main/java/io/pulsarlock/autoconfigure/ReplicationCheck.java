package io.pulsarlock.autoconfigure;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LockConfigurationException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;
import org.springframework.pulsar.core.PulsarAdministration;

/**
 * Asks Pulsar at the start whether it copies the namespace of the locks to other
 * clusters. Brokers do not tell clients that, so a node finds out by the first copy that
 * it reads. Where an application has said where Pulsar's administration is, it need not
 * come to that.
 * <p>
 * An application that may not ask, or gets no answer in time, starts all the same.
 */
final class ReplicationCheck {

	/** The default address may be that of another Pulsar cluster. */
	private static final String ADMIN_URL = "spring.pulsar.admin.service-url";

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(ReplicationCheck.class);

	private final @Nullable PulsarAdministration administration;

	private final String namespace;

	/**
	 * Creates it.
	 * @param administration how the application administrates Pulsar
	 * @param environment tells whether it has said where
	 * @param namespace tenant and name
	 */
	ReplicationCheck(ObjectProvider<PulsarAdministration> administration, Environment environment, String namespace) {
		this.administration = environment.containsProperty(ADMIN_URL) ? administration.getIfUnique() : null;
		this.namespace = namespace;
	}

	/** Begins to ask. */
	Answer ask() {
		PulsarAdministration administration = this.administration;
		if (administration == null) {
			return new Answer(this.namespace, CompletableFuture.completedFuture(List.of()));
		}
		CompletableFuture<Collection<String>> clusters = new CompletableFuture<>();
		Thread thread = new Thread(() -> ask(administration, clusters), "pulsar-lock-admin");
		thread.setDaemon(true);
		thread.start();
		return new Answer(this.namespace, clusters);
	}

	private void ask(PulsarAdministration administration, CompletableFuture<Collection<String>> clusters) {
		try (PulsarAdmin admin = administration.createAdminClient()) {
			clusters.complete(admin.namespaces()
				.getNamespaceReplicationClustersAsync(this.namespace)
				.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
		}
		catch (Exception | LinkageError ex) {
			logger.debug("Whether namespace '" + this.namespace + "' is replicated cannot be asked", ex);
			clusters.completeExceptionally(ex);
		}
	}

	/** What Pulsar says, as soon as it does. */
	static final class Answer {

		private final String namespace;

		private final CompletableFuture<Collection<String>> clusters;

		private final long askedAt = System.nanoTime();

		private Answer(String namespace, CompletableFuture<Collection<String>> clusters) {
			this.namespace = namespace;
			this.clusters = clusters;
		}

		/**
		 * Refuses a namespace that is replicated.
		 * @throws LockConfigurationException if it is, as far as is known two seconds
		 * after the question
		 */
		void refuse() {
			long left = Math.max(0, LIMIT.toNanos() - (System.nanoTime() - this.askedAt));
			Collection<String> clusters;
			try {
				clusters = this.clusters.get(left, TimeUnit.NANOSECONDS);
			}
			catch (ExecutionException | TimeoutException ex) {
				return;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return;
			}
			if (clusters.size() > 1) {
				throw new LockConfigurationException("Namespace '" + this.namespace
						+ "' is replicated between the Pulsar clusters " + String.join(", ", clusters)
						+ ", as the administration at " + ADMIN_URL + " says. Each of them has its own order of the"
						+ " records, so nodes in two of them would hold the same lock. Set pulsar-lock.topic.namespace"
						+ " to a namespace that is not replicated, or have this one served by one cluster, in each"
						+ " cluster: 'pulsar-admin namespaces set-clusters --clusters <cluster> " + this.namespace
						+ "'");
			}
		}

	}

}
