package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.springframework.boot.SpringBootVersion;

/** Describes the machine of the measurements. */
final class Machine {

	private Machine() {
	}

	static String describe() {
		return String.format("%d cores (%s), %s %s, Java %s, Pulsar broker 4.2.4, Spring Boot %s.",
				Runtime.getRuntime().availableProcessors(), field("/proc/cpuinfo", "model name", "unknown processor"),
				field("/etc/os-release", "PRETTY_NAME", System.getProperty("os.name")),
				System.getProperty("os.version"), System.getProperty("java.version"), SpringBootVersion.getVersion());
	}

	private static String field(String file, String key, String otherwise) {
		try {
			return Files.readAllLines(Path.of(file))
				.stream()
				.filter((line) -> line.startsWith(key))
				.map((line) -> line.substring(key.length()).replaceAll("^[\\s:=\"]+|\"$", ""))
				.findFirst()
				.orElse(otherwise);
		}
		catch (IOException ex) {
			return otherwise;
		}
	}

}
