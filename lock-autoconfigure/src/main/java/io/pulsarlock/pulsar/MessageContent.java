package io.pulsarlock.pulsar;

import java.util.Base64;
import java.util.function.Consumer;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.line.UnreadableRecordException;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessagePayload;
import org.apache.pulsar.client.api.MessagePayloadContext;
import org.apache.pulsar.client.api.MessagePayloadProcessor;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.client.impl.MessageImpl;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Takes the entries of a journal one by one and reads them. Left to itself the client
 * splits batches, puts chunks together and is silent about what it cannot put together,
 * so that places of the journal would seem to be missing.
 */
final class MessageContent implements MessagePayloadProcessor {

	private static final String OUTLINE = "outline";

	@Override
	public <T> void process(MessagePayload payload, MessagePayloadContext context, Schema<T> schema,
			Consumer<Message<T>> consumer) {
		consumer.accept(context.asSingleMessage(payload, schema));
		// The broker counts each message of a batch. Nothing in the place of the others
		// asks it for as many new ones, or it would stop sending after some batches.
		for (int i = 1; i < context.getNumMessages(); i++) {
			consumer.accept(null);
		}
	}

	/**
	 * Reads an entry.
	 * @param message the message the client has made of it
	 * @param signer verifies records; null if they are not signed
	 * @return the record
	 * @throws UnreadableRecordException if it is none that can be read, whatever it is
	 */
	static JournalRecord read(Message<byte[]> message, @Nullable RecordSigner signer) throws UnreadableRecordException {
		SkipCause cause = shape(message);
		if (cause != null) {
			throw new UnreadableRecordException(cause, cause.description());
		}
		byte[] content;
		try {
			// Not the value, which a schema of its writer would be asked for.
			content = isEncrypted(message) ? outline(message) : message.getData();
			if (content == null) {
				throw new UnreadableRecordException(SkipCause.ENCRYPTED, SkipCause.ENCRYPTED.description());
			}
		}
		catch (RuntimeException ex) {
			throw new UnreadableRecordException(SkipCause.FOREIGN, "not a record of this library: " + ex);
		}
		JournalRecord record = RecordCodec.decode(content, signer);
		// A client that forges a record can forge that it is a copy.
		boolean forged = record instanceof Unverified && signer != null;
		return (message.isReplicated() && !forged) ? Replicated.of(record, message.getReplicatedFrom()) : record;
	}

	/**
	 * Whether this node could not decrypt it. What the client says of that is about its
	 * writer; whether it is a record shows when it is none.
	 */
	private static boolean isEncrypted(Message<byte[]> message) {
		return message.getEncryptionCtx().isPresent() && !RecordCodec.isRecord(message.getData());
	}

	/** What the writer of an encrypted record says in the clear; null if nothing. */
	private static byte @Nullable [] outline(Message<byte[]> message) {
		String outline = message.getProperty(OUTLINE);
		byte[] bytes = (outline != null) ? Base64.getDecoder().decode(outline) : null;
		return (bytes != null && RecordCodec.isOutline(bytes)) ? bytes : null;
	}

	/** Has a record encrypted, with what a node that cannot read it has to know of it. */
	static TypedMessageBuilder<byte[]> encrypted(TypedMessageBuilder<byte[]> message, JournalRecord record,
			@Nullable RecordSigner signer) {
		return message.property(OUTLINE, Base64.getEncoder().encodeToString(RecordCodec.outline(record, signer)));
	}

	private static @Nullable SkipCause shape(Message<byte[]> message) {
		if (message instanceof MessageImpl<?> entry) {
			MessageMetadata metadata = entry.getMessageBuilder();
			if (metadata.hasNumMessagesInBatch()) {
				return SkipCause.BATCH;
			}
			if (metadata.hasNumChunksFromMsg() && metadata.getNumChunksFromMsg() > 1) {
				return SkipCause.CHUNK;
			}
		}
		return null;
	}

}
