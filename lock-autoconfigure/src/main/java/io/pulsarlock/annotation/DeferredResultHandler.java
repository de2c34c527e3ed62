package io.pulsarlock.annotation;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Refuses results that stand for work still to be done and do not signal its end.
 */
final class DeferredResultHandler implements GuardedResultHandler {

	@Override
	public boolean supports(ResolvableType returnType, Method method) {
		Class<?> type = returnType.toClass();
		String cure = DeferredTypes.cure(type);
		if (cure != null) {
			throw new UnsupportedResultException("its result '" + type.getName()
					+ "' is work that is still to be done when the method returns, and nothing signals when it "
					+ "ends, so it would run without the lock", cure);
		}
		return false;
	}

	@Override
	public @Nullable Object handle(GuardedCall call) {
		throw new IllegalStateException("Supports nothing");
	}

}
