package io.pulsarlock.test.launcher;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;

import org.apache.bookkeeper.common.allocator.PoolingPolicy;
import org.apache.bookkeeper.common.component.ComponentStarter;
import org.apache.bookkeeper.common.component.Lifecycle;
import org.apache.bookkeeper.common.component.LifecycleComponentStack;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.server.conf.BookieConfiguration;
import org.apache.bookkeeper.server.service.BookieService;
import org.apache.bookkeeper.stats.NullStatsLogger;
import org.apache.pulsar.PulsarStandaloneStarter;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.common.policies.data.ClusterData;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.apache.pulsar.metadata.api.MetadataStoreConfig;
import org.apache.pulsar.metadata.api.extended.MetadataStoreExtended;
import org.apache.pulsar.metadata.bookkeeper.AbstractMetadataDriver;
import org.apache.pulsar.metadata.bookkeeper.BKCluster;
import org.apache.pulsar.metadata.bookkeeper.PulsarMetadataBookieDriver;
import org.apache.pulsar.metadata.bookkeeper.PulsarMetadataClientDriver;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * The main class of the child processes: {@code standalone}, {@code storage} (which is
 * {@code zookeeper} and {@code bookie} in one) or {@code broker}, then {@code key=value}
 * arguments. Ends when its standard input ends, so that it never outlives the process
 * that started it.
 */
public final class Launcher {

	private Launcher() {
	}

	public static void main(String[] args) {
		endWithParent();
		try {
			run(args);
		}
		catch (Throwable ex) {
			// Other threads would keep a broken process alive.
			ex.printStackTrace();
			Runtime.getRuntime().halt(1);
		}
	}

	private static void run(String[] args) throws Exception {
		Properties options = new Properties();
		for (int i = 1; i < args.length; i++) {
			int equals = args[i].indexOf('=');
			options.setProperty(args[i].substring(0, equals), args[i].substring(equals + 1));
		}
		switch (args[0]) {
			case "standalone" -> standalone(options);
			case "storage" -> storage(options);
			case "zookeeper" -> zookeeper(options);
			case "bookie" -> bookie(options);
			case "broker" -> broker(options);
			default -> throw new IllegalArgumentException("Unknown role " + args[0]);
		}
	}

	private static void endWithParent() {
		Thread watch = new Thread(() -> {
			try {
				while (System.in.read() >= 0) {
					// Only the end matters.
				}
			}
			catch (Exception ex) {
				// Gone is gone.
			}
			Runtime.getRuntime().halt(0);
		}, "parent-watch");
		watch.setDaemon(true);
		watch.start();
	}

	private static void standalone(Properties options) throws Exception {
		Path dir = Path.of(options.getProperty("dir"));
		Files.createDirectories(dir);
		Path conf = dir.resolve("standalone.conf");
		StringBuilder text = new StringBuilder();
		settings(options).forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
		text.append("journalSyncData=").append(options.getProperty("sync")).append('\n');
		text.append("diskUsageThreshold=0.999\ndiskUsageWarnThreshold=0.998\n");
		text.append("journalMaxGroupWaitMSec=0\nnumJournalCallbackThreads=2\n");
		// A bookie has no authentication. Without the third it takes another port than
		// it is told.
		text.append("listeningInterface=").append(loopbackInterface()).append('\n');
		text.append("allowLoopback=true\nallowEphemeralPorts=true\n");
		Files.writeString(conf, text);
		PulsarStandaloneStarter starter = new PulsarStandaloneStarter(new String[] { "--config", conf.toString(),
				"--no-functions-worker", "-nss", "--metadata-dir", dir.resolve("metadata").toString(),
				"--bookkeeper-dir", dir.resolve("bookies").toString(), "--bookkeeper-port",
				options.getProperty("bookiePort"), "--num-bookies", "1", "-a", "127.0.0.1" });
		starter.start();
		Thread.currentThread().join();
	}

	private static String loopbackInterface() throws SocketException {
		return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();
	}

	/** ZooKeeper and one bookie: what several brokers share. */
	private static void storage(Properties options) throws Exception {
		Path dir = Path.of(options.getProperty("dir"));
		int port = openZooKeeper(options);
		BKCluster.builder()
			.metadataServiceUri("zk:127.0.0.1:" + port)
			.numBookies(1)
			.bkPort(Integer.parseInt(options.getProperty("bookiePort")))
			.dataDir(dir.resolve("bookies").toString())
			.clearOldData(false)
			.build();
		Files.writeString(Path.of(options.getProperty("ready")), "ready");
		Thread.currentThread().join();
	}

	private static int openZooKeeper(Properties options) throws Exception {
		File dir = Path.of(options.getProperty("dir"), "zookeeper").toFile();
		dir.mkdirs();
		int port = Integer.parseInt(options.getProperty("zkPort"));
		ZooKeeperServer server = new ZooKeeperServer(dir, dir, 1000);
		NIOServerCnxnFactory factory = new NIOServerCnxnFactory();
		factory.configure(new InetSocketAddress("127.0.0.1", port), 200);
		factory.startup(server);
		return port;
	}

	private static void zookeeper(Properties options) throws Exception {
		openZooKeeper(options);
		Files.writeString(Path.of(options.getProperty("ready")), "ready");
		Thread.currentThread().join();
	}

	/** One bookie that keeps what it acknowledged when it is killed. */
	private static void bookie(Properties options) throws Exception {
		String zk = "zk:127.0.0.1:" + options.getProperty("zkPort");
		ServerConfiguration conf = new ServerConfiguration();
		conf.setMetadataServiceUri("metadata-store:" + zk);
		conf.setBookiePort(Integer.parseInt(options.getProperty("port")));
		conf.setAdvertisedAddress("127.0.0.1");
		conf.setListeningInterface(loopbackInterface());
		conf.setAllowLoopback(true);
		conf.setJournalDirName(options.getProperty("dir"));
		conf.setLedgerDirNames(new String[] { options.getProperty("dir") });
		conf.setAllocatorPoolingPolicy(PoolingPolicy.UnpooledHeap);
		conf.setJournalSyncData(false);
		conf.setJournalFlushWhenQueueEmpty(true);
		conf.setJournalRemovePagesFromCache(false);
		sparing(conf);
		options.forEach((key, value) -> {
			if (key.toString().startsWith("conf.")) {
				conf.setProperty(key.toString().substring(5), value);
			}
		});
		System.setProperty("bookkeeper.metadata.bookie.drivers", PulsarMetadataBookieDriver.class.getName());
		System.setProperty("bookkeeper.metadata.client.drivers", PulsarMetadataClientDriver.class.getName());
		// Not half a minute, and long enough for a busy machine to start it.
		MetadataStoreExtended store = MetadataStoreExtended.create(zk,
				MetadataStoreConfig.builder().metadataStoreName("bookie").sessionTimeoutMillis(15000).build());
		conf.setProperty(AbstractMetadataDriver.METADATA_STORE_INSTANCE, store);
		try (PulsarMetadataBookieDriver driver = new PulsarMetadataBookieDriver()) {
			driver.initialize(conf, NullStatsLogger.INSTANCE).createRegistrationManager().initNewCluster();
		}
		LifecycleComponentStack server = org.apache.bookkeeper.server.Main
			.buildBookieServer(new BookieConfiguration(conf));
		CompletableFuture<Void> end = ComponentStarter.startComponent(server);
		if (server.lifecycleState() == Lifecycle.State.STARTED && serves(server)) {
			Files.writeString(Path.of(options.getProperty("ready")), "ready");
			end.join();
		}
		// A bookie that gives up, for its disk is full, is a dead process.
		Runtime.getRuntime().halt(1);
	}

	/** A bookie that cannot read its journal counts as started, and is not. */
	private static boolean serves(LifecycleComponentStack server) {
		for (int i = 0; i < server.getNumComponents(); i++) {
			if (server.getComponent(i) instanceof BookieService bookie) {
				return bookie.getServer().isRunning();
			}
		}
		return false;
	}

	/** What makes it live for hours on a quarter of a gigabyte if ledgers are trimmed. */
	private static void sparing(ServerConfiguration conf) {
		conf.setMaxJournalSizeMB(8);
		conf.setProperty("journalPreAllocSizeMB", 1);
		// Checkpoints may overtake each other. The mark then lies in an old journal, and
		// without that it never starts again: see apache/bookkeeper#4740.
		conf.setMaxBackupJournals(4);
		conf.setFlushInterval(2000);
		conf.setSkipListSizeLimit(4 * 1024 * 1024);
		conf.setEntryLogSizeLimit(8 * 1024 * 1024);
		conf.setGcWaitTime(2000);
		conf.setMinorCompactionInterval(20);
		conf.setMajorCompactionInterval(60);
		conf.setIsForceGCAllowWhenNoSpace(true);
		conf.setMinUsableSizeForEntryLogCreation(10 * 1024 * 1024);
		conf.setMinUsableSizeForIndexFileCreation(4 * 1024 * 1024);
		conf.setMinUsableSizeForHighPriorityWrites(12 * 1024 * 1024);
		conf.setDiskCheckInterval(1000);
		conf.setDiskUsageThreshold(0.999F);
		conf.setDiskUsageWarnThreshold(0.998F);
	}

	private static void broker(Properties options) throws Exception {
		ServiceConfiguration conf = new ServiceConfiguration();
		Map<String, String> settings = settings(options);
		Properties properties = new Properties();
		properties.putAll(settings);
		org.apache.pulsar.common.util.FieldParser.update(settings, conf);
		conf.setProperties(properties);
		String zk = "zk:127.0.0.1:" + options.getProperty("zkPort");
		conf.setMetadataStoreUrl(zk);
		conf.setConfigurationMetadataStoreUrl(zk);
		conf.setMetadataStoreSessionTimeoutMillis(5000);
		conf.setBrokerServicePort(Optional.of(Integer.parseInt(options.getProperty("port"))));
		conf.setWebServicePort(Optional.of(Integer.parseInt(options.getProperty("webPort"))));
		conf.setLoadBalancerEnabled(true);
		conf.setLoadBalancerSheddingEnabled(false);
		conf.setLoadBalancerAutoBundleSplitEnabled(false);
		PulsarService service = new PulsarService(conf);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> close(service), "orderly-end"));
		service.start();
		namespaces(service.getAdminClient(), options);
		Thread.currentThread().join();
	}

	private static void close(PulsarService service) {
		try {
			service.close();
		}
		catch (Exception ex) {
			// It ends all the same.
		}
	}

	private static void namespaces(PulsarAdmin admin, Properties options) throws Exception {
		if (!admin.clusters().getClusters().contains("standalone")) {
			admin.clusters()
				.createCluster("standalone",
						ClusterData.builder()
							.serviceUrl("http://127.0.0.1:" + options.getProperty("webPort"))
							.brokerServiceUrl("pulsar://127.0.0.1:" + options.getProperty("port"))
							.build());
		}
		if (!admin.tenants().getTenants().contains("public")) {
			admin.tenants()
				.createTenant("public", TenantInfo.builder().allowedClusters(java.util.Set.of("standalone")).build());
		}
		List<String> namespaces = admin.namespaces().getNamespaces("public");
		if (!namespaces.contains("public/default")) {
			admin.namespaces().createNamespace("public/default", 4);
		}
	}

	private static Map<String, String> settings(Properties options) {
		Map<String, String> conf = new java.util.LinkedHashMap<>();
		conf.put("clusterName", "standalone");
		conf.put("bindAddress", "127.0.0.1");
		conf.put("advertisedAddress", "127.0.0.1");
		conf.put("brokerServicePort", options.getProperty("port"));
		conf.put("webServicePort", options.getProperty("webPort"));
		for (String quorum : List.of("managedLedgerDefaultEnsembleSize", "managedLedgerDefaultWriteQuorum",
				"managedLedgerDefaultAckQuorum")) {
			conf.put(quorum, "1");
		}
		conf.put("systemTopicEnabled", "false");
		conf.put("topicLevelPoliciesEnabled", "false");
		conf.put("transactionCoordinatorEnabled", "false");
		conf.put("brokerShutdownTimeoutMs", "0");
		conf.put("allowAutoTopicCreation", "true");
		conf.put("allowAutoTopicCreationType", "non-partitioned");
		conf.put("managedLedgerCacheSizeMB", "32");
		conf.put("numIOThreads", "2");
		conf.put("numHttpServerThreads", "4");
		conf.put("numExecutorThreadPoolSize", "2");
		conf.put("numCacheExecutorThreadPoolSize", "1");
		conf.put("numOrderedExecutorThreads", "2");
		conf.put("bookkeeperNumberOfChannelsPerBookie", "4");
		options.forEach((key, value) -> {
			if (key.toString().startsWith("conf.")) {
				conf.put(key.toString().substring(5), value.toString());
			}
		});
		return conf;
	}

}
