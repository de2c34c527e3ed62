package io.pulsarlock.actuate;

import java.util.function.Supplier;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.actuate.PulsarLocksEndpoint.EndDescriptor;
import io.pulsarlock.actuate.PulsarLocksEndpoint.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Takes names from the query of a request, {@code ?name=...}, which can carry any text:
 * servers, proxies and firewalls split, normalize and filter paths, so that a name with a
 * slash, a dot or a semicolon may become another one.
 * <p>
 * Provides the status codes of {@link PulsarLocksEndpoint}: 400 for a request without
 * exactly one name, 404 for a name that does not exist, 409 for a refused operation and
 * 503 while this node is out of touch, the last two with the reason.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = PulsarLocksEndpoint.class)
public class PulsarLocksEndpointWebExtension {

	private static final int CONFLICT = 409;

	private final PulsarLocksEndpoint delegate;

	/**
	 * Create the extension.
	 * @param delegate the endpoint
	 */
	public PulsarLocksEndpointWebExtension(PulsarLocksEndpoint delegate) {
		this.delegate = delegate;
	}

	/**
	 * Everything this node knows.
	 * @return the response
	 */
	@ReadOperation
	public WebEndpointResponse<Object> locks() {
		return respond(this.delegate::locks);
	}

	/**
	 * One lock, group or session.
	 * @param kind what the name is a name of
	 * @param name the request's one parameter {@code name}: a lock's or group's full
	 * name, or a session's id
	 * @return the response
	 * @since 0.2.0
	 */
	@ReadOperation
	public WebEndpointResponse<Object> find(@Selector Kind kind, Object name) {
		return respond(() -> this.delegate.find(kind, single(name)));
	}

	/**
	 * Ends something.
	 * @param kind what the name is a name of
	 * @param name the request's one parameter {@code name}: a lock's or group's full
	 * name, or a session's id
	 * @return the response
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> end(@Selector Kind kind, Object name) {
		return respond(() -> this.delegate.end(kind, single(name)));
	}

	/**
	 * The parameter as it is. If it were declared as a string, two values would be joined
	 * to the name of a third lock.
	 */
	private static String single(Object name) {
		if (name instanceof String text) {
			return text;
		}
		throw PulsarLocksEndpoint.invalid("There must be exactly one parameter 'name'");
	}

	private static WebEndpointResponse<Object> respond(Supplier<@Nullable Object> operation) {
		try {
			Object result = operation.get();
			if (result == null) {
				return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
			}
			boolean refused = result instanceof EndDescriptor end && !end.done();
			return new WebEndpointResponse<>(result, refused ? CONFLICT : WebEndpointResponse.STATUS_OK);
		}
		catch (LockUnavailableException ex) {
			return new WebEndpointResponse<>(new UnavailableDescriptor(String.valueOf(ex.getMessage())),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	/**
	 * The reason for a missing answer.
	 *
	 * @param reason the reason
	 */
	public record UnavailableDescriptor(String reason) implements OperationResponseBody {
	}

}
