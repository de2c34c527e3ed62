package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Results that are there when the method returns.
 */
final class ValueResultHandler implements GuardedResultHandler {

	@Override
	public boolean supports(ResolvableType returnType, Method method) {
		return true;
	}

	@Override
	public @Nullable Object skipped(ResolvableType returnType) {
		return (returnType.toClass() == Optional.class) ? Optional.empty() : null;
	}

	@Override
	public @Nullable Object handle(GuardedCall call) throws Throwable {
		return call.execute((result, work) -> result);
	}

}
