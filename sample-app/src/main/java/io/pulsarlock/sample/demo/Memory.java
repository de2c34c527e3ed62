package io.pulsarlock.sample.demo;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

import com.sun.management.OperatingSystemMXBean;

/**
 * How much memory there is to spare.
 */
final class Memory {

	private Memory() {
	}

	static long availableMegabytes() {
		OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		// The total respects the limit of a container. What the system calls free leaves
		// out what it would give back at once, so Linux is asked itself; where it cannot
		// be, the total has to do.
		long total = system.getTotalMemorySize() >> 20;
		try {
			return Files.readAllLines(Path.of("/proc/meminfo"))
				.stream()
				.filter((line) -> line.startsWith("MemAvailable:"))
				.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
				.map((available) -> Math.min(available, total))
				.findFirst()
				.orElse(total);
		}
		catch (IOException ex) {
			return total;
		}
	}

}
