package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Handles results that are complete when the method returns.
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
		return call.execute((result, work) -> complete(result, call.returnType().toClass(), call.method(), work));
	}

	/**
	 * Completes a result whose declared type is a value.
	 * @param declared the declared type
	 */
	static @Nullable Object complete(@Nullable Object result, Class<?> declared, Method method, GuardedWork work) {
		if (work == GripWork.NOTHING_HELD) {
			// The result of a fallback.
			return result;
		}
		if (declared == Object.class && result instanceof CompletionStage<?> stage && work.detach()) {
			return StageResultHandler.guarded(stage, Object.class, method, work);
		}
		DeferredTypes.check(result, declared, method);
		return result;
	}

}
