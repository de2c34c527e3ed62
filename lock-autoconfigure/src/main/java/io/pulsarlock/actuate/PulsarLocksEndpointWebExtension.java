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
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Gives {@link PulsarLocksEndpoint} its status codes: 404 for what there is not, 409 for
 * what is refused and 503 while this node is out of touch, the last two with the reason.
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
	 * One lock.
	 * @param name its name; what lies between slashes is one element
	 * @return the response
	 */
	@ReadOperation
	public WebEndpointResponse<Object> lock(@Selector(match = Match.ALL_REMAINING) String... name) {
		return respond(() -> this.delegate.lock(name));
	}

	/**
	 * Ends something.
	 * @param kind what the name is a name of
	 * @param name a lock's or group's name, or a session's id
	 * @return the response
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> end(@Selector Kind kind, @Selector(match = Match.ALL_REMAINING) String... name) {
		return respond(() -> this.delegate.end(kind, name));
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
	 * Why there is no answer.
	 *
	 * @param reason the reason
	 */
	public record UnavailableDescriptor(String reason) implements OperationResponseBody {
	}

}
