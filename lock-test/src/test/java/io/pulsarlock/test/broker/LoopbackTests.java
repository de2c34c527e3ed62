package io.pulsarlock.test.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the unauthenticated ports of a test broker are not open to other hosts.
 */
@EnabledOnOs(OS.LINUX)
@Tag("proof")
class LoopbackTests {

	private static final Set<String> LOOPBACK = Set.of("0100007F", "00000000000000000000000001000000",
			"0000000000000000FFFF00000100007F");

	@Test
	void brokerListensOnItsPortsOfTheLoopbackAddressOnly() throws Exception {
		Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
		try (PulsarBroker broker = PulsarBroker.start()) {
			assertThat(broker.isAlive()).isTrue();
			onlyTold(before);
		}
	}

	@Test
	void clusterListensOnItsPortsOfTheLoopbackAddressOnly() throws Exception {
		Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
		try (PulsarCluster cluster = PulsarCluster.builder(1).separateStorage().start()) {
			assertThat(cluster.anyAlive().isAlive()).isTrue();
			onlyTold(before);
		}
	}

	private static void onlyTold(Set<ProcessHandle> before) throws IOException {
		List<ProcessHandle> children = ProcessHandle.current()
			.children()
			.filter((child) -> !before.contains(child))
			.toList();
		assertThat(children).isNotEmpty();
		for (ProcessHandle child : children) {
			Set<Integer> told = Stream.of(child.info().arguments().orElseThrow())
				.filter((argument) -> argument.matches("(port|webPort|zkPort|bookiePort)=\\d+"))
				.map((argument) -> Integer.valueOf(argument.substring(argument.indexOf('=') + 1)))
				.collect(Collectors.toSet());
			Set<Integer> ports = new TreeSet<>();
			for (String[] listening : listening(child.pid())) {
				assertThat(listening[0]).as("port %s of %s", listening[1], child.info().commandLine()).isIn(LOOPBACK);
				ports.add(Integer.parseInt(listening[1], 16));
			}
			assertThat(ports).isNotEmpty();
			assertThat(told).containsAll(ports);
		}
	}

	/**
	 * Address and port of each listening socket of a process, as the kernel prints them.
	 */
	private static List<String[]> listening(long pid) throws IOException {
		Set<String> own = new HashSet<>();
		try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
			for (Path each : open.toList()) {
				own.add(target(each));
			}
		}
		return Stream
			.concat(Files.lines(Path.of("/proc/" + pid + "/net/tcp")),
					Files.lines(Path.of("/proc/" + pid + "/net/tcp6")))
			.map((line) -> line.strip().split("\\s+"))
			.filter((words) -> words[3].equals("0A") && own.contains("socket:[" + words[9] + "]"))
			.map((words) -> words[1].split(":"))
			.toList();
	}

	private static String target(Path link) {
		try {
			return Files.readSymbolicLink(link).toString();
		}
		catch (IOException ex) {
			// Closed meanwhile.
			return "";
		}
	}

}
