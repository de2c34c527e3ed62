package io.pulsarlock.integration;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.PrintedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.Context;

/**
 * One leadership, as far as a candidate is told of it. Its thread is interrupted only
 * while the candidate has it.
 */
final class Grant implements Runnable {

	private static final Log logger = LogFactory.getLog(PulsarLeaderInitiator.class);

	/**
	 * Between the failure of a candidate and its resignation, as the next may fail, too.
	 */
	private static final Duration PAUSE = Duration.ofSeconds(1);

	private final Candidate candidate;

	private final Context context;

	private final Runnable granted;

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private boolean begun;

	private boolean revoked;

	private @Nullable Thread thread;

	/**
	 * Create the grant.
	 * @param granted called when the candidate has been told
	 */
	Grant(Candidate candidate, Context context, Runnable granted) {
		this.candidate = candidate;
		this.context = context;
		this.granted = granted;
	}

	@Override
	public void run() {
		try {
			if (begin() && tell()) {
				this.granted.run();
			}
		}
		finally {
			this.done.complete(null);
		}
	}

	private synchronized boolean begin() {
		this.begun = true;
		this.thread = Thread.currentThread();
		return !this.revoked;
	}

	/** Returns false if the candidate does not work. */
	private boolean tell() {
		try {
			this.candidate.onGranted(this.context);
			return true;
		}
		catch (InterruptedException | RuntimeException ex) {
			if (!isRevoked()) {
				logger.error("Role '" + PrintedNames.text(this.candidate.getRole())
						+ "' is given up: its candidate has failed", ex);
				yieldLater();
			}
			return false;
		}
		finally {
			end();
		}
	}

	private void yieldLater() {
		try {
			Thread.sleep(PAUSE.toMillis());
			this.context.yield();
		}
		catch (InterruptedException ex) {
			// Revoked meanwhile.
		}
	}

	private synchronized void end() {
		this.thread = null;
		// Of no account to what follows.
		Thread.interrupted();
	}

	private synchronized boolean isRevoked() {
		return this.revoked;
	}

	/** Returns when the candidate has returned, or will not be told. */
	void revoke() {
		synchronized (this) {
			this.revoked = true;
			if (!this.begun) {
				return;
			}
			if (this.thread != null) {
				this.thread.interrupt();
			}
		}
		this.done.join();
	}

}
