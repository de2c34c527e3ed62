package io.pulsarlock.console;

import java.util.LinkedHashMap;
import java.util.Map;

import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a person may do with the console, if writes are enabled. A refusal is an answer
 * like another and no error: it says why, and what to do instead.
 */
final class ConsoleOperations {

	private static final Log logger = LogFactory.getLog(ConsoleOperations.class);

	private final LockMonitor monitor;

	private final LockAdministration administration;

	private final ClusterWatch watch;

	ConsoleOperations(LockMonitor monitor, LockAdministration administration, ClusterWatch watch) {
		this.monitor = monitor;
		this.administration = administration;
		this.watch = watch;
	}

	/**
	 * Ends something.
	 * @param kind what
	 * @param name its name
	 * @param job the job whose fire time is forgotten
	 * @param user who asks; null if that is not known
	 * @return what came of it; null if there is no such kind of thing
	 */
	@Nullable Map<String, Object> end(String kind, String name, String job, @Nullable String user) {
		try {
			String done = switch (kind) {
				case "locks" -> this.administration.releaseLock(name) ? "Released lock" : "";
				case "groups" -> this.administration.resign(name) ? "Resigned group" : "";
				case "sessions" -> this.administration.expelSession(name) ? "Expelled session" : "";
				case "rests" -> this.administration.endRest(name) ? "Ended the rest of lock" : "";
				case "firetimes" -> this.administration.forgetFireTime(name, job)
						? "Forgot the fire time of job " + job + " in group" : "";
				default -> null;
			};
			if (done == null) {
				return null;
			}
			if (done.isEmpty()) {
				return refused(kind.equals("firetimes") ? "No claim is known for that job." : "It no longer exists.");
			}
			this.watch.forget();
			String by = (user != null) ? user : "an unknown user";
			String what = (kind.equals("locks") || kind.equals("rests")) ? PrintedNames.lock(name)
					: PrintedNames.text(name);
			logger.info(PrintedNames.text(done) + " '" + what + "' through the console, for " + PrintedNames.text(by));
			this.watch.timeline()
				.notable("BY_HAND", Map.of("text", done + " '" + name + "'", "user", by, "node", this.monitor.node()));
			return Map.of("done", true);
		}
		catch (LockOperationRefusedException | LockUnavailableException | IllegalArgumentException ex) {
			return refused(String.valueOf(ex.getMessage()));
		}
	}

	private static Map<String, Object> refused(String reason) {
		Map<String, Object> refused = new LinkedHashMap<>();
		refused.put("done", false);
		refused.put("reason", reason);
		return refused;
	}

}
