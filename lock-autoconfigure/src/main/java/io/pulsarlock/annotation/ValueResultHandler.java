package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

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
		return call.execute((result, work) -> complete(result, call.returnType().toClass(), call.method(), work));
	}

	/**
	 * Completes what is declared to be a value.
	 * @param declared what it is declared to be
	 */
	static @Nullable Object complete(@Nullable Object result, Class<?> declared, Method method, GuardedWork work) {
		if (work == GripWork.NOTHING_HELD) {
			// Of a fallback.
			return result;
		}
		if (declared == Object.class && result instanceof CompletionStage<?> stage && work.detach()) {
			return StageResultHandler.guarded(stage, Object.class, method, work);
		}
		DeferredTypes.check(result, declared, method);
		return result;
	}

}
