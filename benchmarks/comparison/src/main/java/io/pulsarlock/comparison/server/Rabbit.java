package io.pulsarlock.comparison.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One RabbitMQ, with an {@code epmd} of its own: otherwise Erlang starts one that stays.
 * Started without Debian's wrapper, which would change the user.
 */
final class Rabbit {

	private Rabbit() {
	}

	static @Nullable Path home() {
		try (DirectoryStream<Path> homes = Files.newDirectoryStream(Path.of("/usr/lib/rabbitmq/lib"),
				"rabbitmq_server-*")) {
			for (Path home : homes) {
				return home;
			}
			return null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	static Server start(Place place, Path directory) {
		int port = Child.freePort();
		String epmdPort = Integer.toString(Child.freePort());
		Child epmd = Child.start(List.of("epmd", "-address", "127.0.0.1", "-port", epmdPort), Map.of(),
				place.serverCore(), directory.resolve("epmd.log"));
		Map<String, String> environment = new HashMap<>();
		environment.put("HOME", directory.toString());
		environment.put("ERL_EPMD_PORT", epmdPort);
		environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
		environment.put("RABBITMQ_NODENAME", "comparison@localhost");
		environment.put("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
		environment.put("RABBITMQ_NODE_PORT", Integer.toString(port));
		environment.put("RABBITMQ_DIST_PORT", Integer.toString(Child.freePort()));
		environment.put("RABBITMQ_MNESIA_BASE", directory.resolve("data").toString());
		environment.put("RABBITMQ_LOG_BASE", directory.resolve("log").toString());
		environment.put("RABBITMQ_PID_FILE", directory.resolve("pid").toString());
		environment.put("RABBITMQ_CONFIG_FILE", directory.resolve("rabbitmq").toString());
		environment.put("RABBITMQ_CONF_ENV_FILE", directory.resolve("none").toString());
		environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", directory.resolve("plugins").toString());
		place.write(directory.resolve("plugins"), "[].\n");
		Child child = Child.start(List.of(home() + "/sbin/rabbitmq-server"), environment, place.serverCore(),
				directory.resolve("server.log"));
		child.await(() -> place.read(directory.resolve("server.log")).contains("completed with"), "RabbitMQ");
		return new ServerKind.Children(List.of(child, epmd), Map.of("address", "127.0.0.1:" + port),
				directory.resolve("data"));
	}

}
