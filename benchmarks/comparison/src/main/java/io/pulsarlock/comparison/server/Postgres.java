package io.pulsarlock.comparison.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One PostgreSQL. It refuses to run as root, so that root runs it as the user postgres.
 */
final class Postgres {

	private Postgres() {
	}

	static Server start(Place place, Path directory) {
		Path data = directory.resolve("data");
		List<String> user = new ArrayList<>();
		try {
			Files.createDirectories(data);
			if (Files.getOwner(data).getName().equals("root")) {
				user.addAll(List.of("setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups",
						"--pdeathsig", "KILL"));
				Files.setOwner(data,
						data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
				Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		List<String> init = new ArrayList<>(user);
		init.addAll(List.of(String.valueOf(Programs.findPostgres("initdb")), "-D", data.toString(), "-U", "postgres",
				"-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
		Child.start(init, Map.of(), -1, directory.resolve("initdb.log")).ended(60_000);
		int port = Child.freePort();
		List<String> run = new ArrayList<>(user);
		run.addAll(List.of(String.valueOf(Programs.findPostgres("postgres")), "-D", data.toString(), "-p",
				Integer.toString(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c",
				"max_connections=400", "-c", "max_locks_per_transaction=1024"));
		Child child = Child.start(run, Map.of(), place.serverCore(), directory.resolve("server.log"));
		child.await(() -> place.read(directory.resolve("server.log")).contains("ready to accept connections"),
				"PostgreSQL");
		return new Running(child, Map.of("address", "127.0.0.1:" + port), data);
	}

	/** Killed at once it would leave a shared memory segment behind. */
	private record Running(Child child, Map<String, String> settings, Path data) implements Server {

		@Override
		public List<Long> pids() {
			return this.child.pids();
		}

		@Override
		public void close() {
			this.child.signal("INT");
			this.child.ended(10_000);
			this.child.close();
		}

	}

}
