package io.pulsarlock.console;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The console in WebFlux.
 */
final class ReactiveConsole {

	private static final boolean SECURITY = ClassUtils
		.isPresent("org.springframework.security.web.server.csrf.CsrfToken", ReactiveConsole.class.getClassLoader());

	private ReactiveConsole() {
	}

	static RouterFunction<ServerResponse> route(Console console) {
		return RouterFunctions.route(RequestPredicates.path(console.path() + "/{*rest}"),
				(request) -> answer(console, request));
	}

	/** What is done to locks waits for the cluster, which an event loop must not. */
	private static Mono<ServerResponse> answer(Console console, ServerRequest request) {
		Mono<String> user = request.principal().map(Principal::getName).defaultIfEmpty("");
		return Mono.zip(user, token(request))
			.flatMap((known) -> Mono
				.fromCallable(() -> console.answer(read(request, known.getT1(), known.getT2().token())))
				.subscribeOn(Schedulers.boundedElastic()))
			.flatMap(ReactiveConsole::write);
	}

	private static ConsoleRequest read(ServerRequest request, String user, ConsoleRequest.@Nullable Token token) {
		return new ConsoleRequest(request.method().name(), request.uri(), request.pathVariable("rest"),
				(name) -> request.queryParam(name).orElse(null), (name) -> request.headers().firstHeader(name),
				user.isEmpty() ? null : user, () -> token);
	}

	/** Asked for only by a request for it, because that may begin a session. */
	private static Mono<ConsoleRequest.Csrf> token(ServerRequest request) {
		ConsoleRequest.Csrf none = () -> null;
		return (SECURITY && request.pathVariable("rest").equals("/api/token"))
				? Security.token(request).defaultIfEmpty(none) : Mono.just(none);
	}

	private static Mono<ServerResponse> write(ConsoleResponse response) {
		ServerResponse.BodyBuilder builder = ServerResponse.status(response.status());
		response.headers().forEach((name, value) -> builder.headers((headers) -> headers.set(name, value)));
		return (response.body().length > 0) ? builder.bodyValue(response.body()) : builder.build();
	}

	/** Only for an application that has Spring Security. */
	private static final class Security {

		static Mono<ConsoleRequest.Csrf> token(ServerRequest request) {
			Object token = request.exchange().getAttribute(CsrfToken.class.getName());
			return (token instanceof Mono<?> later) ? later.ofType(CsrfToken.class)
				.map((known) -> new ConsoleRequest.Token(known.getHeaderName(), known.getToken()))
				.map((known) -> () -> known) : Mono.empty();
		}

	}

}
