package io.pulsarlock.pulsar;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.junit.jupiter.api.Test;
import org.mockito.Answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests when a node asks whether it hears itself, which a broker cannot be made to show:
 * two threads come to it at the same moment.
 */
@SuppressWarnings("unchecked")
class HintLinkTests {

	private final Producer<byte[]> producer = mock(Producer.class);

	private final Consumer<byte[]> consumer = mock(Consumer.class);

	private final HintLink link = new HintLink(1, this.producer, this.consumer);

	private final List<Boolean> locked = new ArrayList<>();

	HintLinkTests() {
		TypedMessageBuilder<byte[]> message = mock(TypedMessageBuilder.class, Answers.RETURNS_SELF);
		given(message.sendAsync()).willAnswer((call) -> {
			this.locked.add(Thread.holdsLock(this.link));
			return new CompletableFuture<MessageId>();
		});
		given(this.producer.newMessage()).willReturn(message);
		given(this.producer.isConnected()).willReturn(true);
		given(this.consumer.isConnected()).willReturn(true);
	}

	/**
	 * The client holds a lock of its own where it tells of a new producer, and takes it
	 * to send. Whoever sends with a lock that the told one needs stops the client.
	 */
	@Test
	void asksWithoutALock() {
		assertThat(this.link.isHearing()).isFalse();
		assertThat(this.locked).containsExactly(false);
	}

	@Test
	void doesNotAskAgainAtOnce() {
		this.link.isHearing();
		this.link.isHearing();
		assertThat(this.locked).hasSize(1);
		given(this.producer.getLastDisconnectedTimestamp()).willReturn(7L);
		this.link.isHearing();
		assertThat(this.locked).hasSize(2);
	}

}
