package io.pulsarlock.console;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.json.JsonWriter;

/**
 * An answer of the console.
 *
 * @param status the status
 * @param headers the headers
 * @param body the body, may be empty
 */
record ConsoleResponse(int status, Map<String, String> headers, byte[] body) {

	/** Not the application's: however that writes JSON, the page understands this. */
	private static final JsonWriter<Object> json = JsonWriter.standard();

	/**
	 * The page loads what comes from here and nothing else, runs no script that stands in
	 * it, and cannot be put into a frame, where a user might be tricked into a click.
	 */
	private static final Map<String, String> SECURITY = Map.of("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
					+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
			"X-Content-Type-Options", "nosniff", "X-Frame-Options", "DENY", "Referrer-Policy", "no-referrer",
			"Cross-Origin-Resource-Policy", "same-origin");

	static ConsoleResponse json(Object body) {
		return json(200, body);
	}

	static ConsoleResponse json(int status, Object body) {
		return of(status, Map.of("Content-Type", "application/json;charset=UTF-8", "Cache-Control", "no-store"),
				json.writeToString(body).getBytes(StandardCharsets.UTF_8));
	}

	static ConsoleResponse error(int status, String reason) {
		return json(status, Map.of("reason", reason));
	}

	static ConsoleResponse of(int status, Map<String, String> headers, byte[] body) {
		Map<String, String> all = new LinkedHashMap<>(SECURITY);
		all.putAll(headers);
		return new ConsoleResponse(status, all, body);
	}

}
