package io.pulsarlock.pulsar;

import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.apache.pulsar.client.api.PulsarClientException.AlreadyClosedException;
import org.apache.pulsar.client.api.PulsarClientException.ConnectException;
import org.apache.pulsar.client.api.PulsarClientException.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Holds back what is asked of the brokers while none of them can be connected to. One
 * attempt is made for all that wait, with growing pauses; as soon as a broker answers,
 * whatever it says, everything that waits is asked. A failure of any other kind is none
 * of its business. Any thread.
 * <p>
 * The pauses between attempts may be long, because a probe that costs nothing looks in
 * between whether an attempt is worth while. A probe only ever brings an attempt forward:
 * one that is wrong does not keep anything from being asked.
 */
final class OutageGate {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

	/** By what pauses between attempts grow, with probes in between. */
	private static final int GROWTH = 8;

	/** The longest pause between two probes. */
	private static final long LAST_PROBE_PAUSE = TimeUnit.MILLISECONDS.toNanos(400);

	/** The longest pause between two attempts, with probes in between. */
	private static final long LAST_PAUSE = TimeUnit.SECONDS.toNanos(10);

	/** The same where nothing can be probed. */
	private static final long LAST_PAUSE_UNPROBED = TimeUnit.SECONDS.toNanos(1);

	/** Longer than a client takes to connect; some attempts never end. */
	private static final long ATTEMPT_LIMIT = TimeUnit.SECONDS.toNanos(5);

	private final Clock clock;

	private final @Nullable Probe probe;

	private final int growth;

	private final long lastPause;

	private final Deque<Question<?>> waiting = new ArrayDeque<>();

	/** Of the latest attempt. */
	private @Nullable Throwable failure;

	/** Whether a step is due that goes on with what waits. */
	private boolean busy;

	/** The number of that step; what belongs to an earlier one does not count. */
	private long step;

	private boolean closed;

	/** The attempt that is awaited. */
	private @Nullable Question<?> attempt;

	private long attemptedAt;

	private long probePause;

	private long pause;

	/**
	 * Creates it.
	 * @param clock lets time pass
	 * @param probe looks whether an attempt is worth while; null if nothing can
	 */
	OutageGate(Clock clock, @Nullable Probe probe) {
		this.clock = clock;
		this.probe = probe;
		this.growth = (probe != null) ? GROWTH : 2;
		this.lastPause = (probe != null) ? LAST_PAUSE : LAST_PAUSE_UNPROBED;
		reset();
	}

	/** The next pauses are the shortest. */
	private void reset() {
		this.probePause = FIRST_PAUSE;
		this.pause = FIRST_PAUSE * this.growth;
	}

	/**
	 * Asks the brokers for something, as soon as there are any.
	 * @param request asks; may be called several times
	 * @param limitNanos how long it may wait before it fails as the latest attempt did
	 * @return completes with the answer, or with a failure that is not the lack of a
	 * connection, or when it has waited for too long
	 */
	<T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> request, long limitNanos) {
		Question<T> question = new Question<>(request, this.clock.nanoTime() + limitNanos);
		synchronized (this) {
			if (this.busy && !this.closed) {
				this.waiting.add(question);
				return question.answer;
			}
		}
		question.ask();
		return question.answer;
	}

	/** Whether it means that no broker was connected to, or none any longer. */
	static boolean isUnreachable(Throwable failure) {
		if (Failures.isClosedAtOnce(failure)) {
			return true;
		}
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < 10; depth++) {
			if (cause instanceof SocketException || cause instanceof UnknownHostException
					|| cause instanceof ConnectException) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	private static boolean isAnswer(Throwable failure) {
		Throwable cause = Failures.unwrap(failure);
		return !isUnreachable(cause) && !(cause instanceof TimeoutException)
				&& !(cause instanceof AlreadyClosedException);
	}

	/** Fails what waits, and holds nothing back any more. */
	void close() {
		List<Question<?>> left;
		synchronized (this) {
			this.closed = true;
			left = drain();
		}
		left.forEach((each) -> each.answer.completeExceptionally(new AlreadyClosedException("The client is closed")));
	}

	/**
	 * Keeps a question whose attempt has met no broker; false if it has waited too long.
	 */
	private synchronized boolean hold(Question<?> question, Throwable failure) {
		this.failure = failure;
		boolean awaited = this.attempt == question;
		boolean kept = !this.closed && this.clock.nanoTime() - question.deadline < 0;
		if (kept) {
			// At the end, so that it is not the same one that is asked for all again.
			this.waiting.addLast(question);
		}
		if (awaited || (kept && !this.busy)) {
			this.attemptedAt = this.clock.nanoTime();
			lookLater();
		}
		return kept;
	}

	/** A question has failed without an answer of a broker. */
	private synchronized void failed(Question<?> question) {
		if (this.attempt == question) {
			this.attemptedAt = this.clock.nanoTime();
			lookLater();
		}
	}

	/** A broker has said something. */
	private void answered() {
		List<Question<?>> released;
		synchronized (this) {
			reset();
			released = drain();
		}
		released.forEach(Question::ask);
	}

	private List<Question<?>> drain() {
		List<Question<?>> all = new ArrayList<>(this.waiting);
		this.waiting.clear();
		this.attempt = null;
		this.busy = false;
		this.step++;
		return all;
	}

	/** Begins the next step. */
	private void lookLater() {
		long pause = this.probePause;
		this.probePause = Math.min(2 * pause, (this.probe != null) ? LAST_PROBE_PAUSE : this.lastPause);
		this.attempt = null;
		this.busy = true;
		long mine = ++this.step;
		// Nodes that have lost the same broker do not come back at the same moment.
		this.clock.after(pause - ThreadLocalRandom.current().nextLong(pause / 4)).thenRun(() -> look(mine));
	}

	private void look(long mine) {
		List<Question<?>> tooLate = new ArrayList<>();
		Throwable failure;
		boolean due;
		synchronized (this) {
			if (mine != this.step) {
				return;
			}
			long now = this.clock.nanoTime();
			this.waiting.removeIf((each) -> now - each.deadline >= 0 && tooLate.add(each));
			failure = this.failure;
			due = this.probe == null || this.waiting.isEmpty() || now - this.attemptedAt >= this.pause;
		}
		tooLate.forEach((each) -> each.answer.completeExceptionally(
				(failure != null) ? failure : new ConnectException("No broker accepts a connection")));
		if (due) {
			// Ends if nothing waits any more.
			attempt(mine);
		}
		else {
			probe(mine);
		}
	}

	private void probe(long mine) {
		reaches().whenComplete((reached, ex) -> {
			if (ex == null && reached) {
				attempt(mine);
			}
			else {
				lookLater(mine);
			}
		});
	}

	/** Begins the next step unless another one has begun. */
	private synchronized void lookLater(long mine) {
		if (mine == this.step) {
			lookLater();
		}
	}

	private CompletionStage<Boolean> reaches() {
		try {
			return (this.probe != null) ? this.probe.reaches() : CompletableFuture.completedFuture(true);
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			// There can be no thread, for example. What waits must not wait for ever.
			return CompletableFuture.completedFuture(false);
		}
	}

	/** Asks the first question that waits, for all of them. */
	private void attempt(long mine) {
		Question<?> question;
		synchronized (this) {
			if (mine != this.step) {
				return;
			}
			question = this.waiting.poll();
			if (question == null) {
				// The pauses stay as long as they are until a broker is met.
				this.busy = false;
				return;
			}
			this.attempt = question;
			this.pause = Math.min(this.growth * this.pause, this.lastPause);
		}
		question.ask();
		this.clock.after(ATTEMPT_LIMIT).thenRun(() -> lookLater(mine));
	}

	/** What is to be asked, once or several times. */
	private final class Question<T> {

		private final Supplier<CompletableFuture<T>> request;

		private final long deadline;

		private final CompletableFuture<T> answer = new CompletableFuture<>();

		Question(Supplier<CompletableFuture<T>> request, long deadline) {
			this.request = request;
			this.deadline = deadline;
		}

		void ask() {
			CompletableFuture<T> asked;
			try {
				asked = this.request.get();
			}
			catch (RuntimeException ex) {
				asked = CompletableFuture.failedFuture(ex);
			}
			asked.whenComplete((result, ex) -> {
				if (ex == null) {
					answered();
					this.answer.complete(result);
				}
				else if (!isUnreachable(ex) || !hold(this, ex)) {
					if (isAnswer(ex)) {
						answered();
					}
					else {
						failed(this);
					}
					this.answer.completeExceptionally(ex);
				}
			});
		}

	}

	/** Lets time pass. */
	interface Clock {

		long nanoTime();

		/** Completes after so many nanoseconds. */
		CompletionStage<Void> after(long nanos);

	}

	/** Looks whether a broker may be there, without a word to it or to the log. */
	interface Probe {

		/** Completes with whether a broker accepts connections. */
		CompletionStage<Boolean> reaches();

	}

}
