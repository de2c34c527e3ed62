package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Handles results that run for each subscription, and Kotlin's suspending functions,
 * which are treated in the same way.
 */
final class PublisherResultHandler implements GuardedResultHandler {

	private static final boolean reactorPresent = ClassUtils.isPresent("reactor.core.publisher.Flux",
			PublisherResultHandler.class.getClassLoader());

	@Override
	public boolean supports(ResolvableType returnType, Method method) {
		if (!KotlinDetector.isSuspendingFunction(method) && !isPublisher(returnType.toClass())) {
			return false;
		}
		if (!reactorPresent) {
			throw new UnsupportedResultException("it returns a publisher and Reactor is not on the class path",
					"Add io.projectreactor:reactor-core.");
		}
		return true;
	}

	static boolean isPublisher(Class<?> type) {
		if (Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)) {
			return false;
		}
		if (reactorPresent) {
			return ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
		}
		return Arrays.stream(ClassUtils.getAllInterfacesForClass(type))
			.anyMatch((each) -> each.getName().equals("org.reactivestreams.Publisher"))
				|| type.getName().equals("org.reactivestreams.Publisher");
	}

	@Override
	public boolean isLazy() {
		return true;
	}

	@Override
	public Object handle(GuardedCall call) {
		return PublisherGuard.guard(call);
	}

}
