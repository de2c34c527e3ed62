package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Handles results that signal their completion.
 */
final class StageResultHandler implements GuardedResultHandler {

	@Override
	public boolean supports(ResolvableType returnType, Method method) {
		return DeferredTypes.isReplaceable(returnType.toClass(), CompletionStage.class, CompletableFuture.class);
	}

	@Override
	public Object skipped(ResolvableType returnType) {
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public @Nullable Object handle(GuardedCall call) throws Throwable {
		return call.execute((result, work) -> (result instanceof CompletionStage<?> stage && work.detach())
				? guarded(stage, declared(call), call.method(), work) : result);
	}

	/** The declared type of the stage's value. */
	private static Class<?> declared(GuardedCall call) {
		return call.returnType().as(CompletionStage.class).getGeneric().resolve(Object.class);
	}

	static CompletableFuture<?> guarded(CompletionStage<?> stage, Class<?> declared, Method method, GuardedWork work) {
		CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
		stage.whenComplete((value, ex) -> {
			Throwable outcome = work.outcome((ex != null) ? ex : unguarded(value, declared, method));
			work.end(outcome);
			if (outcome != null) {
				result.completeExceptionally(outcome);
			}
			else {
				result.complete(value);
			}
		});
		work.onLost((lost) -> {
			if (result.completeExceptionally(lost)) {
				stage.toCompletableFuture().cancel(true);
			}
		});
		result.whenComplete((value, ex) -> {
			if (result.isCancelled()) {
				stage.toCompletableFuture().cancel(true);
			}
		});
		return result;
	}

	private static @Nullable Throwable unguarded(@Nullable Object value, Class<?> declared, Method method) {
		try {
			DeferredTypes.check(value, declared, method);
			return null;
		}
		catch (Throwable ex) {
			// Reading the value may fail too, and nothing else would end the call.
			return ex;
		}
	}

}
