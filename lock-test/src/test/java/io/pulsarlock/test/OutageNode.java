package io.pulsarlock.test;

import java.time.Duration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.pulsarlock.LockException;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.LockNode;
import org.slf4j.LoggerFactory;

/**
 * Holds one lock, acquires another one repeatedly, leads a group, and logs like an
 * application without configured levels. Arguments: url and cluster.
 */
final class OutageNode {

	private OutageNode() {
	}

	public static void main(String[] args) throws Exception {
		logAsByDefault();
		try (LockNode locks = PulsarLocks.at(args[0]).cluster(args[1]).node("node").connect()) {
			locks.leadership().group("group");
			locks.obtain("held").acquire(Duration.ofMinutes(2));
			System.out.println("HELD");
			boolean out = false;
			while (true) {
				try (var held = locks.obtain("again").acquire(Duration.ofSeconds(1))) {
					if (out) {
						System.out.println("BACK " + System.currentTimeMillis());
					}
					out = false;
					Thread.sleep(100);
				}
				catch (LockException ex) {
					if (!out) {
						System.out.println("OUT");
					}
					out = true;
				}
			}
		}
	}

	static void logAsByDefault() {
		LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
		context.reset();
		PatternLayoutEncoder encoder = new PatternLayoutEncoder();
		encoder.setContext(context);
		encoder.setPattern("LOG %d{HH:mm:ss.SSS} %-5level [%thread] %logger{20} - %msg%n");
		encoder.start();
		ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
		console.setContext(context);
		console.setEncoder(encoder);
		console.start();
		Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
		root.setLevel(Level.INFO);
		root.addAppender(console);
	}

}
