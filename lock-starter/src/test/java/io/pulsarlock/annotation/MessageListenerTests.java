package io.pulsarlock.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.pulsar.annotation.PulsarListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that no unprocessed message is acknowledged.
 */
class MessageListenerTests {

	private static InMemoryLockCluster cluster;

	@BeforeAll
	static void createCluster() {
		cluster = InMemoryLockCluster.create();
	}

	@AfterAll
	static void closeCluster() {
		cluster.close();
	}

	@ParameterizedTest
	@ValueSource(classes = { LeadingListener.class, SkippingListener.class, ComposedListener.class, OtherListener.class,
			MappedListener.class, LeadingType.class, InterfaceListener.class })
	void listenerThatSkipsIsRefused(Class<?> type) {
		Guarded.on(cluster, "node").withBean("wrong", type).run((context) -> {
			assertThat(context).hasFailed();
			InvalidLockAnnotationException found = AnnotationValidationTests.find(context.getStartupFailure());
			assertThat(found).hasMessageContaining("it is a message listener")
				.hasMessageContaining("acknowledged and lost");
			assertThat(found.getAction()).contains("OnBusy.THROW", "delivered again");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ThrowingListener.class, LeadingEventListener.class })
	void listenerThatLosesNothingIsGuarded(Class<?> type) {
		Guarded.on(cluster, "node").withBean(type).run((context) -> assertThat(context).hasNotFailed());
	}

	static class LeadingListener {

		@PulsarListener(topics = "orders")
		@LeaderOnly
		void on(String order) {
		}

	}

	static class SkippingListener {

		@PulsarListener(topics = "orders")
		@DistributedLock(name = "a", onBusy = OnBusy.SKIP)
		void on(String order) {
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@PulsarListener(topics = "orders")
	@interface Orders {

	}

	static class ComposedListener {

		@Orders
		@LeaderOnly
		void on(String order) {
		}

	}

	/** Like the annotations of Kafka, JMS, RabbitMQ, SQS and others. */
	@Retention(RetentionPolicy.RUNTIME)
	@interface QueueListener {

	}

	static class OtherListener {

		@QueueListener
		@LeaderOnly
		void on(String order) {
		}

	}

	static class MappedListener {

		@MessageMapping("orders")
		@DistributedLock(name = "a", onBusy = OnBusy.SKIP)
		void on(String order) {
		}

	}

	@LeaderOnly
	static class LeadingType {

		@PulsarListener(topics = "orders")
		void on(String order) {
		}

	}

	static class InterfaceListener implements MessageListener<String> {

		private static final long serialVersionUID = 1L;

		@Override
		@LeaderOnly
		public void received(Consumer<String> consumer, Message<String> message) {
		}

	}

	static class ThrowingListener {

		@PulsarListener(topics = "orders")
		@DistributedLock("a")
		void on(String order) {
		}

	}

	static class LeadingEventListener {

		@EventListener(ContextRefreshedEvent.class)
		@LeaderOnly
		void on() {
		}

	}

}
