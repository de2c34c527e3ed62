package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import io.pulsarlock.line.RecordCodec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests in a process of its own that each twin behaves differently from the library, and
 * that a process does not start if its twin cannot be created.
 */
class TwinTests {

	@TempDir
	private static Path dir;

	private static Path agent;

	@BeforeAll
	static void makeAgent() throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		manifest.getMainAttributes().putValue("Premain-Class", Twin.class.getName());
		agent = dir.resolve("agent.jar");
		new JarOutputStream(Files.newOutputStream(agent), manifest).close();
	}

	@ParameterizedTest
	@CsvSource({ "no-confirmation, cut off: false, cut off: true", "expel-without-cas, front: A, front: B",
			"release-without-owner, front: A, front: nobody", "told-late, told: true, told: false" })
	void brokenTwinDoesOtherwise(String twin, String right, String wrong) throws Exception {
		assertThat(probe(null, twin)).isEqualTo(right);
		assertThat(probe(twin, twin)).isEqualTo(wrong);
	}

	@Test
	void upgradedNodeIsUnderstood() throws Exception {
		String plain = probe(null, "upgraded");
		String upgraded = probe("upgraded", "upgraded");
		assertThat(upgraded).startsWith(plain.substring(0, plain.length() - 8) + "e807036e6577");
		assertThat(probe(null, "decode", upgraded.substring("bytes: ".length())))
			.isEqualTo(probe(null, "decode", plain.substring("bytes: ".length())))
			.contains("Request");
	}

	@Test
	void newerNodeIsNotUnderstoodButUnderstands() throws Exception {
		String plain = probe(null, "newer").substring("bytes: ".length());
		String newer = probe("newer", "newer").substring("bytes: ".length());
		int version = RecordCodec.VERSION + 1;
		assertThat(newer).startsWith("0" + version + plain.substring(2, plain.length() - 8));
		assertThat(probe(null, "decode", newer)).contains("OtherVersion").contains("version=" + version);
		assertThat(probe("newer", "decode", newer)).contains("Request");
		assertThat(probe("newer", "decode", plain)).contains("Request");
	}

	@Test
	void unknownTwinDoesNotStart() throws Exception {
		assertThat(run("no-such", 1, "newer")).contains("There is no twin 'no-such'");
	}

	@Test
	void twinOfWhatIsNotThereFails() {
		ClassLoader loader = getClass().getClassLoader();
		String type = "io.pulsarlock.session.SessionLease";
		assertThatIllegalStateException().isThrownBy(() -> Mutation.apply("io.pulsarlock.Renamed", List.of(), loader))
			.withMessageContaining("io.pulsarlock.Renamed");
		assertThatIllegalStateException()
			.isThrownBy(() -> Mutation.apply(type,
					List.of(new Mutation(type, "renamed", List.of("long"), TwinAdvice.Confirmed.class)), loader))
			.withMessageContaining("0 methods renamed[long]");
		assertThatIllegalStateException()
			.isThrownBy(() -> Mutation.apply(type,
					List.of(new Mutation(type, "confirmedFor", List.of("int"), TwinAdvice.Confirmed.class)), loader))
			.withMessageContaining("0 methods confirmedFor[int]");
		assertThatIllegalStateException()
			.isThrownBy(() -> Mutation.apply(type,
					List.of(new Mutation(type, "confirmedFor", List.of("long"), TwinAdvice.TellNobody.class)), loader))
			.withMessageContaining(type);
	}

	private static String probe(String twin, String... args) throws Exception {
		List<String> lines = run(twin, 0, args).lines().toList();
		return lines.get(lines.size() - 1);
	}

	private static String run(String twin, int expected, String... args) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
		if (twin != null) {
			command.add("-javaagent:" + agent + "=" + twin);
		}
		command.add(TwinProbe.class.getName());
		command.addAll(List.of(args));
		Path errors = dir.resolve("errors");
		Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
		String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		String all = out + Files.readString(errors);
		assertThat(process.waitFor()).as(all).isEqualTo(expected);
		return (expected != 0) ? all : out;
	}

}
