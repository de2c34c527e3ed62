package io.pulsarlock.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The files of the page. They are in the package of this class, and not where Spring Boot
 * looks for static resources: there they would be served without the console.
 */
final class ConsoleFiles {

	private static final String FOLDER = "page/";

	private static final Map<String, String> TYPES = Map.of("index.html", "text/html;charset=UTF-8", "console.css",
			"text/css;charset=UTF-8", "console.js", "text/javascript;charset=UTF-8", "format.js",
			"text/javascript;charset=UTF-8", "icon.svg", "image/svg+xml");

	private final Map<String, File> files = new HashMap<>();

	ConsoleFiles() {
		TYPES.forEach((name, type) -> this.files.put(name, read(name, type)));
	}

	private static File read(String name, String type) {
		try (InputStream stream = ConsoleFiles.class.getResourceAsStream(FOLDER + name)) {
			if (stream == null) {
				throw new IllegalStateException("The console has no file '" + name + "'");
			}
			byte[] content = stream.readAllBytes();
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
			return new File(type, '"' + HexFormat.of().formatHex(digest, 0, 16) + '"', content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (NoSuchAlgorithmException ex) {
			// Every Java platform has it.
			throw new IllegalStateException(ex);
		}
	}

	/** The file of that name; null if there is none. */
	@Nullable ConsoleResponse get(String name, @Nullable String known) {
		File file = this.files.get(name.isEmpty() ? "index.html" : name);
		if (file == null) {
			return null;
		}
		// Asked for again each time: after an upgrade no old script meets a new server.
		Map<String, String> headers = Map.of("Content-Type", file.type(), "Cache-Control", "no-cache", "ETag",
				file.tag());
		return (known != null && known.contains(file.tag())) ? ConsoleResponse.of(304, headers, new byte[0])
				: ConsoleResponse.of(200, headers, file.content());
	}

	private record File(String type, String tag, byte[] content) {
	}

}
