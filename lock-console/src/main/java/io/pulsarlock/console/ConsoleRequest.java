package io.pulsarlock.console;

import java.net.URI;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What the console needs of a request, whichever web server has it.
 *
 * @param method the method
 * @param uri the address as the browser has it, as far as the application knows
 * @param path what follows the path of the console: empty, or a slash and more
 * @param parameters the first parameter of that name in the query; null if there is none
 * @param headers the first header of that name; null if there is none
 * @param user who asks, as the application's security says; null if it says nothing
 * @param csrf the token that a request that changes something must carry; asked for only
 * when it is needed, because that may begin an HTTP session
 */
record ConsoleRequest(String method, URI uri, String path, Function<String, @Nullable String> parameters,
		Function<String, @Nullable String> headers, @Nullable String user, Csrf csrf) {

	@Nullable String parameter(String name) {
		return this.parameters.apply(name);
	}

	@Nullable String header(String name) {
		return this.headers.apply(name);
	}

	/** Knows the token. */
	@FunctionalInterface
	interface Csrf {

		/**
		 * The token.
		 * @return null if none is demanded
		 */
		@Nullable Token token();

	}

	/**
	 * A token.
	 *
	 * @param header the header it must be in
	 * @param value the token
	 */
	record Token(String header, String value) {
	}

}
