package io.pulsarlock.benchmarks.faults;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

import io.pulsarlock.LockLoss;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.TableChange;
import io.pulsarlock.line.Ticket;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The code that {@link Twin} inserts into methods of the library. It is copied there, so
 * it sees what those methods see and may use nothing of this package.
 */
final class TwinAdvice {

	private TwinAdvice() {
	}

	/** A session that has not been ended is confirmed forever. */
	static final class Confirmed {

		private Confirmed() {
		}

		@Advice.OnMethodExit
		static void exit(@Advice.FieldValue("end") LockLoss.@Nullable Reason end,
				@Advice.Return(readOnly = false) long nanos) {
			if (end == null) {
				nanos = 1L << 60;
			}
		}

	}

	/** The record that the expulsion names counts as the latest. */
	static final class ExpelAnyway {

		private ExpelAnyway() {
		}

		@Advice.OnMethodEnter
		static void enter(@Advice.FieldValue("sessions") Map<UUID, SessionState> sessions,
				@Advice.Argument(value = 0, readOnly = false) Expel expel) {
			SessionState target = sessions.get(expel.target());
			if (target != null) {
				expel = new Expel(expel.session(), expel.sequence(), expel.target(), target.sequence(), expel.ledger());
			}
		}

	}

	/** The front is removed, even if another session releases. */
	static final class RemoveFront {

		private RemoveFront() {
		}

		@Advice.OnMethodEnter
		static void enter(@Advice.This Object tickets, @Advice.FieldValue("sessions") Map<UUID, SessionState> sessions,
				@Advice.Argument(0) SessionState session, @Advice.Argument(1) String lock,
				@Advice.Argument(2) long number, @Advice.Argument(3) TableChange change) {
			Method find = ReflectionUtils.findMethod(tickets.getClass(), "front", String.class);
			Method remove = ReflectionUtils.findMethod(tickets.getClass(), "remove", SessionState.class, Ticket.class,
					TableChange.class);
			ReflectionUtils.makeAccessible(find);
			ReflectionUtils.makeAccessible(remove);
			Ticket front = (Ticket) ReflectionUtils.invokeMethod(find, tickets, lock);
			SessionState owner = (front != null) ? sessions.get(front.session()) : null;
			if (owner != null && change.accepted() && (front.number() != number || owner != session)) {
				ReflectionUtils.invokeMethod(remove, tickets, owner, front, change);
			}
		}

	}

	/** Only the library's own sessions are notified of a loss. */
	static final class TellNobody {

		private TellNobody() {
		}

		@Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
		static boolean enter(@Advice.FieldValue("callback") @Nullable Consumer<LockLoss> callback) {
			return callback != null && !callback.getClass().getName().startsWith("io.pulsarlock.session.");
		}

	}

	/** A record ends with an option of three bytes that this version does not know. */
	static final class AddOption {

		private AddOption() {
		}

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) byte[] bytes) {
			int length = bytes.length - 4;
			bytes = Arrays.copyOf(bytes, length + 10);
			bytes[length] = (byte) 0xE8;
			bytes[length + 1] = 7;
			bytes[length + 2] = 3;
			bytes[length + 3] = 'n';
			bytes[length + 4] = 'e';
			bytes[length + 5] = 'w';
			CRC32C checksum = new CRC32C();
			checksum.update(bytes, 0, length + 6);
			ByteBuffer.wrap(bytes).putInt(length + 6, (int) checksum.getValue());
		}

	}

	/** A record is of the next version. */
	static final class WriteNewer {

		private WriteNewer() {
		}

		@Advice.OnMethodExit
		static void exit(@Advice.Return byte[] bytes) {
			bytes[0] = RecordCodec.VERSION + 1;
			CRC32C checksum = new CRC32C();
			checksum.update(bytes, 0, bytes.length - 4);
			ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
		}

	}

	/** A record of the next version is read like one of this. */
	static final class ReadNewer {

		private ReadNewer() {
		}

		@Advice.OnMethodEnter
		static void enter(@Advice.Argument(value = 0, readOnly = false) byte @Nullable [] bytes) {
			if (bytes != null && bytes.length > 0 && bytes[0] == RecordCodec.VERSION + 1) {
				bytes = bytes.clone();
				bytes[0] = RecordCodec.VERSION;
				CRC32C checksum = new CRC32C();
				checksum.update(bytes, 0, bytes.length - 4);
				ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
			}
		}

	}

}
