package io.pulsarlock.session;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A log for places that must not fail. What the application has set up for logging may
 * throw, or memory be too short for the message; then the message is lost and nothing
 * else.
 */
final class SafeLog {

	private final Log log;

	private SafeLog(Log log) {
		this.log = log;
	}

	static SafeLog of(Class<?> type) {
		return new SafeLog(LogFactory.getLog(type));
	}

	void error(String message, @Nullable Throwable cause) {
		try {
			this.log.error(message, cause);
		}
		catch (Throwable ex) {
			// Lost.
		}
	}

	void warn(String message, @Nullable Throwable cause) {
		try {
			this.log.warn(message, cause);
		}
		catch (Throwable ex) {
			// Lost.
		}
	}

	void warn(String message) {
		try {
			this.log.warn(message);
		}
		catch (Throwable ex) {
			// Lost.
		}
	}

	void info(String message) {
		try {
			this.log.info(message);
		}
		catch (Throwable ex) {
			// Lost.
		}
	}

	void debug(String message) {
		try {
			this.log.debug(message);
		}
		catch (Throwable ex) {
			// Lost.
		}
	}

}
