package io.pulsarlock.integration;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.event.LeaderEventPublisher;

/**
 * A candidate from the start of its initiator to its stop. A grant runs on a thread of
 * its own, because it may last as long as the leadership; the revocation interrupts it
 * and follows it on the thread of the listener, which the next leader waits for.
 */
final class Candidature implements LeaderListener, Context {

	private static final Log logger = LogFactory.getLog(PulsarLeaderInitiator.class);

	/** As long as a wait can be. */
	private static final Duration FOREVER = Duration.ofDays(365);

	private final Object source;

	private final LeaderGroup group;

	private final Candidate candidate;

	private final LeaderEventPublisher publisher;

	private final AsyncTaskExecutor executor;

	private final boolean publishFailed;

	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	private @Nullable Registration registration;

	private @Nullable Grant grant;

	private boolean ending;

	Candidature(Object source, LeaderGroup group, Candidate candidate, LeaderEventPublisher publisher,
			AsyncTaskExecutor executor, boolean publishFailed) {
		this.source = source;
		this.group = group;
		this.candidate = candidate;
		this.publisher = publisher;
		this.executor = executor;
		this.publishFailed = publishFailed;
	}

	synchronized void begin() {
		this.registration = this.group.addListener(this);
		awaitOtherLeader();
	}

	void end(Runnable callback) {
		boolean leading;
		synchronized (this) {
			this.ending = true;
			leading = this.grant != null;
		}
		this.group.leave();
		if (!leading) {
			close();
		}
		this.ended.thenRun(callback);
	}

	private void close() {
		Registration registration = this.registration;
		if (registration != null) {
			registration.close();
		}
		this.ended.complete(null);
	}

	@Override
	public boolean isLeader() {
		return this.group.isLeader();
	}

	@Override
	public void yield() {
		this.group.resign();
	}

	@Override
	public String getRole() {
		return this.candidate.getRole();
	}

	@Override
	public void onGranted(LeadershipGranted event) {
		Grant next = new Grant(this.candidate, this, this::granted);
		synchronized (this) {
			if (this.ending) {
				return;
			}
			this.grant = next;
		}
		try {
			this.executor.execute(next);
		}
		catch (RuntimeException ex) {
			logger.error("Role '" + PrintedNames.text(getRole()) + "' is given up: no thread for its candidate", ex);
			this.group.resign();
		}
	}

	private void granted() {
		if (isLeader()) {
			attempt("Event OnGranted of role '", () -> this.publisher.publishOnGranted(this.source, this, getRole()));
		}
	}

	@Override
	public void onRevoked(LeadershipRevoked event) {
		Grant last;
		synchronized (this) {
			last = this.grant;
		}
		if (last == null) {
			return;
		}
		last.revoke();
		attempt("Candidate for role '", () -> this.candidate.onRevoked(this));
		attempt("Event OnRevoked of role '", () -> this.publisher.publishOnRevoked(this.source, this, getRole()));
		boolean over;
		synchronized (this) {
			this.grant = null;
			over = this.ending;
		}
		if (over) {
			close();
		}
		else {
			awaitOtherLeader();
		}
	}

	private void awaitOtherLeader() {
		if (this.publishFailed) {
			this.group.awaitLeaderAsync(FOREVER).thenAccept((known) -> {
				if (known && !isLeader()) {
					attempt("Event OnFailedToAcquireMutex of role '",
							() -> this.publisher.publishOnFailedToAcquire(this.source, this, getRole()));
				}
			});
		}
	}

	private void attempt(String what, Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			logger.warn(what + PrintedNames.text(getRole()) + "' has failed", ex);
		}
	}

	@Override
	public String toString() {
		return "leadership of role '" + PrintedNames.text(getRole()) + "', held: " + isLeader();
	}

}
