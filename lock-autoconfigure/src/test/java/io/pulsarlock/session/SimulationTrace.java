package io.pulsarlock.session;

import java.util.UUID;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;

/**
 * Short texts for traces.
 */
final class SimulationTrace {

	private SimulationTrace() {
	}

	static String of(UUID id) {
		return Long.toHexString(id.getMostSignificantBits() >>> 48);
	}

	static String of(JournalRecord record) {
		String writer = of(record.session()) + "#" + record.sequence() + " ";
		if (record instanceof Heartbeat heartbeat) {
			return writer + (heartbeat.opening() ? "OPEN " : "HEARTBEAT ") + heartbeat.info().node() + " "
					+ heartbeat.claims().stream().map((claim) -> claim.lock() + "@" + claim.position()).toList();
		}
		if (record instanceof Request request) {
			return writer + "REQUEST " + request.lock();
		}
		if (record instanceof Release release) {
			return writer + "RELEASE " + release.lock() + " #" + release.ticket();
		}
		if (record instanceof Expel expel) {
			return writer + "EXPEL " + of(expel.target()) + " last seen " + expel.lastSeen();
		}
		if (record instanceof Rest rest) {
			return writer + "REST " + rest.lock() + " " + rest.millis();
		}
		if (record instanceof Revoke revoke) {
			return writer + "REVOKE " + revoke.lock() + " @" + revoke.place();
		}
		if (record instanceof Resting resting) {
			return writer + "RESTING " + resting.rests();
		}
		return writer + ((record instanceof Bye) ? "BYE" : "?");
	}

}
