package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Handles results that complete at some time without a signal.
 */
final class FutureResultHandler implements GuardedResultHandler {

	@Override
	public boolean supports(ResolvableType returnType, Method method) {
		return DeferredTypes.isReplaceable(returnType.toClass(), Future.class, GuardedFuture.class);
	}

	@Override
	public Object skipped(ResolvableType returnType) {
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public @Nullable Object handle(GuardedCall call) throws Throwable {
		return call.execute((result, work) -> (result instanceof Future<?> future && work.detach())
				? new GuardedFuture(future, work) : result);
	}

}
