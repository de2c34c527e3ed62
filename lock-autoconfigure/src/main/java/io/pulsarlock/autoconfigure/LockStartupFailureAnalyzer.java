package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Startup;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains a start that failed because locks could not be used: whether the locks failed
 * to start or the application used them too early, and which settings help.
 */
class LockStartupFailureAnalyzer extends AbstractFailureAnalyzer<LockUnavailableException> {

	private static final String REACHABLE = "Make sure that Pulsar is running and that "
			+ "'spring.pulsar.client.service-url' is its address. ";

	private static final String BEFORE_PULSAR = "If the application must start before Pulsar, catch "
			+ "LockUnavailableException there, or move the work to a @Scheduled method, which is called again.";

	private final Environment environment;

	LockStartupFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, LockUnavailableException cause) {
		String description = "Distributed locks cannot be used: " + cause.getMessage();
		if (cause instanceof LockConfigurationException) {
			return new FailureAnalysis(description,
					"Correct what the description names; retrying does not help before that. To start without "
							+ "locks and leader election, set 'pulsar-lock.enabled' to 'false'; annotated methods then "
							+ "run on every node, without a lock.",
					cause);
		}
		StartupTrace trace = new StartupTrace(cause);
		if (trace.isIn(FirstElectionLifecycle.class)) {
			return new FailureAnalysis(description,
					"Find out from the log, or from the endpoint 'pulsarlocks' of another node, which node leads and "
							+ "why the election takes so long. Raise 'pulsar-lock.startup-timeout', or set "
							+ "'pulsar-lock.startup' to 'wait' to start anyway.",
					cause);
		}
		if (trace.isIn(LockRegistryLifecycle.class)) {
			return new FailureAnalysis(description, REACHABLE
					+ "To start the application before Pulsar, set 'pulsar-lock.startup' to 'wait' or 'background'.",
					cause);
		}
		String caller = trace.caller();
		return new FailureAnalysis(description + System.lineSeparator() + System.lineSeparator()
				+ ((caller != null) ? "'" + caller + "' was called" : "Locks were used")
				+ " during startup, which fails with this exception.", action(trace), cause);
	}

	private String action(StartupTrace trace) {
		Startup startup = startup();
		if (trace.isBeforeStart()) {
			return "Locks start after all beans have been created. Use them once the application has started, for "
					+ "example in an ApplicationRunner"
					+ ((startup == Startup.BACKGROUND)
							? ", and set 'pulsar-lock.startup' to 'wait' or 'fail', so that startup waits for Pulsar."
							: ".");
		}
		return switch (startup) {
			case BACKGROUND -> REACHABLE + "'pulsar-lock.startup' is 'background', so startup does not wait for it: "
					+ "set it to 'wait' or 'fail'. " + BEFORE_PULSAR;
			case WAIT ->
				REACHABLE + "Startup has waited for 'pulsar-lock.startup-timeout': raise the timeout. " + BEFORE_PULSAR;
			case FAIL -> REACHABLE + "It was reachable when the locks started. " + BEFORE_PULSAR;
		};
	}

	private Startup startup() {
		try {
			return Binder.get(this.environment).bind("pulsar-lock.startup", Startup.class).orElse(Startup.BACKGROUND);
		}
		catch (BindException ex) {
			return Startup.BACKGROUND;
		}
	}

	/** The stack trace of a failure, as far as it concerns startup. */
	private static final class StartupTrace {

		private final StackTraceElement[] frames;

		StartupTrace(Throwable failure) {
			this.frames = failure.getStackTrace();
		}

		boolean isIn(Class<?> type) {
			for (StackTraceElement frame : this.frames) {
				if (frame.getClassName().equals(type.getName())) {
					return true;
				}
			}
			return false;
		}

		/** Whether the failure occurred while beans were still being created. */
		boolean isBeforeStart() {
			return has("refresh") && !has("finishRefresh");
		}

		private boolean has(String method) {
			for (StackTraceElement frame : this.frames) {
				if (frame.getMethodName().equals(method) && frame.getClassName()
					.equals("org.springframework.context.support.AbstractApplicationContext")) {
					return true;
				}
			}
			return false;
		}

		/** The method of the application, for example a runner or a listener. */
		@Nullable String caller() {
			for (StackTraceElement frame : this.frames) {
				if (frame.getClassName().equals("org.springframework.boot.SpringApplication")) {
					return null;
				}
				if (isOfTheApplication(frame.getClassName())) {
					return name(frame);
				}
			}
			return null;
		}

		private static boolean isOfTheApplication(String type) {
			return !type
				.matches("(java|javax|jdk|sun|com\\.sun|kotlin|kotlinx|reactor|org\\.aopalliance|io\\.micrometer)\\..*"
						+ "|org\\.springframework\\.(?!samples\\.).*"
						+ "|io\\.pulsarlock\\.((annotation|autoconfigure|line|observation|pulsar|session|test)\\.)?\\p{Lu}.*"
						+ "|io\\.pulsarlock\\.test\\..*");
		}

		/** The name without the suffixes of proxies and lambdas. */
		private static String name(StackTraceElement frame) {
			String type = frame.getClassName();
			int proxy = type.indexOf("$$");
			return ((proxy > 0) ? type.substring(0, proxy) : type).replace('$', '.') + '.'
					+ frame.getMethodName().replaceFirst("^lambda\\$(.+)\\$\\d+$", "$1");
		}

	}

}
