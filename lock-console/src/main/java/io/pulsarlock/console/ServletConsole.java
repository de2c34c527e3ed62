package io.pulsarlock.console;

import java.security.Principal;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The console in Spring MVC.
 */
final class ServletConsole {

	private static final boolean SECURITY = ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken",
			ServletConsole.class.getClassLoader());

	private ServletConsole() {
	}

	static RouterFunction<ServerResponse> route(Console console) {
		return RouterFunctions.route()
			.path(console.path() + "/{*rest}",
					(builder) -> builder.route((request) -> true, (request) -> write(console.answer(read(request)))))
			.build();
	}

	private static ConsoleRequest read(ServerRequest request) {
		return new ConsoleRequest(request.method().name(), request.uri(), request.pathVariable("rest"),
				(name) -> request.param(name).orElse(null), (name) -> request.headers().firstHeader(name),
				request.principal().map(Principal::getName).orElse(null),
				() -> SECURITY ? Security.token(request.servletRequest()) : null);
	}

	private static ServerResponse write(ConsoleResponse response) {
		ServerResponse.BodyBuilder builder = ServerResponse.status(response.status());
		response.headers().forEach((name, value) -> builder.headers((headers) -> headers.set(name, value)));
		return (response.body().length > 0) ? builder.body(response.body()) : builder.build();
	}

	/** Only for an application that has Spring Security. */
	private static final class Security {

		static ConsoleRequest.@Nullable Token token(HttpServletRequest request) {
			return (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token)
					? new ConsoleRequest.Token(token.getHeaderName(), token.getToken()) : null;
		}

	}

}
