package io.pulsarlock.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Detects methods that a messaging library calls with a message, which is acknowledged
 * when they return. A skipped call of such a method loses its message.
 * <p>
 * Types are compared by name, because none of these libraries is required.
 */
final class MessageListeners {

	private static final String EVENT_LISTENER = "org.springframework.context.event.EventListener";

	private static final Set<String> ANNOTATIONS = Set.of("org.springframework.amqp.rabbit.annotation.RabbitHandler",
			"org.springframework.kafka.annotation.KafkaHandler",
			"org.springframework.messaging.handler.annotation.MessageMapping",
			"org.springframework.integration.annotation.ServiceActivator",
			"org.springframework.integration.annotation.Transformer",
			"org.springframework.integration.annotation.Splitter",
			"org.springframework.integration.annotation.Aggregator",
			"org.springframework.integration.annotation.Filter", "org.springframework.integration.annotation.Router",
			"org.springframework.integration.annotation.BridgeTo", "io.awspring.cloud.sqs.annotation.SqsHandler",
			"org.springframework.modulith.events.ApplicationModuleListener",
			"org.eclipse.microprofile.reactive.messaging.Incoming", "org.axonframework.eventhandling.EventHandler",
			"org.axonframework.commandhandling.CommandHandler",
			"org.axonframework.messaging.eventhandling.annotation.EventHandler",
			"org.axonframework.messaging.commandhandling.annotation.CommandHandler");

	private static final Set<String> INTERFACES = Set.of("org.springframework.messaging.MessageHandler",
			"org.springframework.messaging.ReactiveMessageHandler");

	private MessageListeners() {
	}

	/**
	 * What makes a method a message listener.
	 * @return the annotation or the interface, or null if it is not a listener
	 */
	static @Nullable String find(Method method, Class<?> targetClass) {
		List<Class<? extends Annotation>> annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.stream()
			.<Class<? extends Annotation>>map(MergedAnnotation::getType)
			.toList();
		for (Class<? extends Annotation> type : annotations) {
			if (ANNOTATIONS.contains(type.getName()) || (type.getSimpleName().endsWith("Listener")
					&& !type.getName().equals(EVENT_LISTENER) && !isEventListener(type))) {
				return '@' + type.getSimpleName();
			}
		}
		for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(targetClass)) {
			if (type.getSimpleName().endsWith("MessageListener") || INTERFACES.contains(type.getName())) {
				for (Method declared : type.getMethods()) {
					if (GuardAnnotations.isImplementedBy(declared, method, targetClass)) {
						return type.getSimpleName();
					}
				}
			}
		}
		return null;
	}

	private static boolean isEventListener(Class<?> type) {
		return MergedAnnotations.from(type, SearchStrategy.DIRECT).isPresent(EVENT_LISTENER);
	}

}
