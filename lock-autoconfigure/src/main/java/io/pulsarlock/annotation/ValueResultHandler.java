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
		return call.execute((result, work) -> complete(call, result, work));
	}

	private static @Nullable Object complete(GuardedCall call, @Nullable Object result, GuardedWork work) {
		Class<?> declared = call.returnType().toClass();
		if (declared == Object.class && result instanceof CompletionStage<?> stage && work.detach()) {
			return StageResultHandler.guarded(stage, work);
		}
		Class<?> deferred = DeferredTypes.in(result, declared);
		if (deferred != null) {
			throw new IllegalStateException(call.method() + " is declared to return '" + declared.getName()
					+ "' and has returned a '" + deferred.getName()
					+ "', which is work that is still to be done and would run without the lock. Declare what it "
					+ "returns.");
		}
		return result;
	}

}
