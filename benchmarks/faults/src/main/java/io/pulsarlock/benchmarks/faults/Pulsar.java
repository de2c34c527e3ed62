package io.pulsarlock.benchmarks.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import io.pulsarlock.test.broker.Admin;
import io.pulsarlock.test.broker.PulsarCluster;
import io.pulsarlock.test.broker.PulsarCluster.Broker;
import org.jspecify.annotations.Nullable;

import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;

/** The brokers of an arena, with their faults. */
final class Pulsar implements AutoCloseable {

	private static final String NAMESPACE = "public/default";

	private static final int DISK_MEGABYTES = 512;

	/** A broker that comes back from a fault refuses requests for a while. */
	private static final RetryTemplate PATIENTLY = new RetryTemplate(RetryPolicy.builder()
		.includes(IllegalStateException.class)
		.maxRetries(Long.MAX_VALUE)
		.delay(Duration.ofMillis(500))
		.timeout(Duration.ofSeconds(40))
		.build());

	private final PulsarCluster cluster;

	private final @Nullable DiskSpace disk;

	private Pulsar(PulsarCluster cluster, @Nullable DiskSpace disk) {
		this.cluster = cluster;
		this.disk = disk;
	}

	static Pulsar start(Path folder, int brokers) {
		return start(folder, brokers, Map.of());
	}

	static Pulsar start(Path folder, int brokers, Map<String, String> settings) {
		DiskSpace disk = DiskSpace.isPossible() ? DiskSpace.mount(folder.resolve("bookie-disk"), DISK_MEGABYTES) : null;
		try {
			PulsarCluster.Builder builder = PulsarCluster.builder(brokers)
				.directory(folder)
				.separateStorage()
				// So that ledgers are continually closed and deleted when they are not
				// needed.
				.brokerSetting("managedLedgerMaxEntriesPerLedger", "5000")
				.brokerSetting("managedLedgerMinLedgerRolloverTimeMinutes", "0")
				.brokerSetting("retentionCheckIntervalInSeconds", "5")
				.brokerSetting("backlogQuotaCheckIntervalInSeconds", "2")
				.brokerSetting("messageExpiryCheckIntervalInMinutes", "1");
			settings.forEach(builder::brokerSetting);
			if (disk != null) {
				builder.bookieDirectory(disk.directory());
			}
			return new Pulsar(builder.start(), disk);
		}
		catch (RuntimeException ex) {
			if (disk != null) {
				disk.close();
			}
			throw ex;
		}
	}

	String serviceUrl() {
		return this.cluster.serviceUrl();
	}

	private Admin admin() {
		return this.cluster.anyAlive().admin();
	}

	private void patiently(Consumer<Admin> request) {
		PATIENTLY.invoke(() -> request.accept(admin()));
	}

	void killBroker(String topic, Duration length) {
		Broker broker = this.cluster.ownerOf(topic);
		broker.kill();
		Arena.sleep(length);
		broker.start();
	}

	void pauseBroker(String topic, Duration length) {
		Broker broker = this.cluster.ownerOf(topic);
		broker.pause();
		try {
			Arena.sleep(length);
		}
		finally {
			broker.resume();
		}
	}

	/** Restarts a broker that has ended itself because it was away for too long. */
	void startMissing() {
		this.cluster.brokers().stream().filter((broker) -> !broker.isAlive()).forEach(Broker::start);
	}

	void restartBroker(String topic, Duration length) {
		Broker broker = this.cluster.ownerOf(topic);
		broker.stop();
		Arena.sleep(length);
		broker.start();
	}

	void unloadNamespace() {
		patiently((admin) -> admin.unloadNamespace(NAMESPACE));
	}

	void unload(String topic) {
		patiently((admin) -> admin.unload(topic));
	}

	void delete(String topic) {
		patiently((admin) -> admin.delete(topic));
	}

	void deleteReaders(String topic) {
		delete(topic, Counted.Kind.READER);
	}

	void deleteKeeper(String topic) {
		delete(topic, Counted.Kind.KEEPER);
	}

	private void delete(String topic, Counted.Kind kind) {
		TopicStats stats = PATIENTLY.invoke(() -> stats(topic));
		if (stats == null) {
			return;
		}
		for (String subscription : stats.subscriptions().keySet()) {
			if (Counted.kind(subscription) == kind) {
				try {
					admin().deleteSubscription(topic, subscription);
				}
				catch (IllegalStateException ex) {
					// A reader may have ended before it is deleted.
				}
			}
		}
	}

	void shortTimeToLive() {
		patiently((admin) -> admin.setMessageTtl(NAMESPACE, 1));
	}

	void noRetention() {
		patiently((admin) -> admin.setRetention(NAMESPACE, 0, 0));
	}

	void tinyBacklogQuota() {
		patiently((admin) -> admin.setBacklogQuota(NAMESPACE, 1, "consumer_backlog_eviction"));
	}

	void usualPolicies() {
		patiently((admin) -> admin.removeMessageTtl(NAMESPACE));
		patiently((admin) -> admin.removeRetention(NAMESPACE));
		patiently((admin) -> admin.removeBacklogQuota(NAMESPACE));
	}

	void killBookie(Duration length) {
		this.cluster.bookie().kill();
		Arena.sleep(length);
		this.cluster.bookie().start();
	}

	void fillDisk(Duration length) {
		DiskSpace disk = this.disk;
		if (disk == null) {
			throw new IllegalStateException("This bookie has no disk of its own");
		}
		disk.fill();
		try {
			Arena.sleep(length);
		}
		finally {
			disk.free();
		}
		if (!this.cluster.bookie().isAlive()) {
			this.cluster.bookie().start();
		}
	}

	@Nullable TopicStats stats(String topic) {
		return TopicStats.of(admin(), topic);
	}

	/**
	 * Asks the brokers for those of these topics that exist.
	 * @return null if they do not answer
	 */
	@Nullable List<TopicStats> stats(List<String> topics) {
		try {
			return topics.stream().map(this::stats).filter(Objects::nonNull).toList();
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

	@Override
	public void close() {
		this.cluster.close();
		if (this.disk != null) {
			this.disk.close();
		}
	}

}
