package io.pulsarlock.pulsar;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests in virtual time, with brokers that accept connections or do not.
 */
class OutageGateTests {

	private static final Duration OUTAGE = Duration.ofSeconds(37);

	private static final long HOUR = Duration.ofHours(1).toNanos();

	private final VirtualTime time = new VirtualTime();

	private final Brokers brokers = new Brokers();

	private OutageGate gate = new OutageGate(this.time, this.brokers);

	@Test
	void oneAttemptIsMadeForAllThatWait() {
		this.brokers.reachable = false;
		List<CompletableFuture<String>> answers = ask(12);
		this.time.pass(OUTAGE);
		assertThat(answers).noneMatch(CompletableFuture::isDone);
		// Each has made its own, and then one after the other all together.
		assertThat(this.brokers.attempts - 12).isBetween(5, 7);
		this.brokers.reachable = true;
		this.time.pass(Duration.ofMillis(401));
		assertThat(answers).allSatisfy((answer) -> assertThat(answer).isCompletedWithValue("answer"));
	}

	@Test
	void shortInterruptionIsOverSoon() {
		this.brokers.reachable = false;
		List<CompletableFuture<String>> answers = ask(12);
		this.time.pass(Duration.ofMillis(40));
		this.brokers.reachable = true;
		this.time.pass(Duration.ofMillis(81));
		assertThat(answers).allMatch(CompletableFuture::isDone);
	}

	@Test
	void whatIsAskedDuringTheOutageMakesNoAttemptOfItsOwn() {
		this.brokers.reachable = false;
		ask(1);
		this.time.pass(Duration.ofSeconds(20));
		int before = this.brokers.attempts;
		List<CompletableFuture<String>> later = ask(12);
		assertThat(this.brokers.attempts).isEqualTo(before);
		this.brokers.reachable = true;
		this.time.pass(Duration.ofMillis(401));
		assertThat(later).allMatch(CompletableFuture::isDone);
	}

	@Test
	void probeThatIsWrongKeepsNothingFromBeingAsked() {
		this.gate = new OutageGate(this.time, () -> CompletableFuture.completedFuture(false));
		comesBackWithin(Duration.ofMillis(10_401));
	}

	@Test
	void probeThatFailsKeepsNothingFromBeingAsked() {
		this.gate = new OutageGate(this.time, () -> {
			throw new IllegalStateException("no thread");
		});
		comesBackWithin(Duration.ofMillis(10_401));
	}

	@Test
	void whatCannotBeProbedIsAskedOnceASecond() {
		this.gate = new OutageGate(this.time, null);
		comesBackWithin(Duration.ofMillis(1001));
		assertThat(this.brokers.attempts).isLessThan(80);
	}

	private void comesBackWithin(Duration limit) {
		this.brokers.reachable = false;
		List<CompletableFuture<String>> answers = ask(12);
		this.time.pass(OUTAGE);
		this.brokers.reachable = true;
		this.time.pass(limit);
		assertThat(answers).allMatch(CompletableFuture::isDone);
	}

	@Test
	void answerOfAnyKindEndsTheOutage() {
		this.brokers.reachable = false;
		List<CompletableFuture<String>> answers = ask(3);
		this.time.pass(Duration.ofSeconds(5));
		this.brokers.reachable = true;
		this.brokers.refusal = new PulsarClientException.TopicDoesNotExistException("no such topic");
		this.time.pass(Duration.ofMillis(401));
		assertThat(answers).allSatisfy((answer) -> assertThat(failure(answer)).isSameAs(this.brokers.refusal));
		assertThat(failure(ask(1).get(0))).isSameAs(this.brokers.refusal);
	}

	@Test
	void requestThatTimesOutEndsNoOutage() {
		this.brokers.reachable = false;
		List<CompletableFuture<String>> answers = ask(3);
		this.time.pass(Duration.ofSeconds(5));
		this.brokers.reachable = true;
		this.brokers.refusal = new PulsarClientException.TimeoutException("nobody answers");
		this.time.pass(Duration.ofMillis(401));
		assertThat(answers.stream().filter(CompletableFuture::isDone)).hasSizeBetween(1, 2);
		this.brokers.refusal = null;
		this.time.pass(Duration.ofMillis(401));
		assertThat(answers).allMatch(CompletableFuture::isDone);
	}

	@Test
	void whatHasWaitedForItsLimitFailsLikeTheLatestAttempt() {
		this.brokers.reachable = false;
		CompletableFuture<String> first = this.gate.ask(this.brokers::ask, Duration.ofSeconds(10).toNanos());
		CompletableFuture<String> second = this.gate.ask(this.brokers::ask, Duration.ofSeconds(30).toNanos());
		this.time.pass(Duration.ofMillis(9900));
		assertThat(first).isNotDone();
		this.time.pass(Duration.ofMillis(600));
		assertThat(failure(first)).hasRootCauseInstanceOf(ConnectException.class);
		assertThat(second).isNotDone();
	}

	@Test
	void attemptThatNeverEndsHoldsNobodyElseBack() {
		this.brokers.reachable = false;
		CompletableFuture<String> lost = this.gate.ask(this.brokers::ask, HOUR);
		CompletableFuture<String> other = this.gate.ask(this.brokers::ask, HOUR);
		this.brokers.swallowed = 1;
		this.brokers.reachable = true;
		this.time.pass(Duration.ofSeconds(6));
		assertThat(Stream.of(lost, other).filter(CompletableFuture::isDone)).hasSize(1);
	}

	/** Steps that were due when an outage ended continue in no other outage. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 30 })
	void nextOutageIsLikeTheFirst(int before) {
		for (int i = 0; i < before; i++) {
			this.brokers.reachable = false;
			ask(2);
			this.brokers.reachable = true;
			this.time.pass(Duration.ofMillis(10));
		}
		this.brokers.reachable = false;
		this.brokers.attempts = 0;
		ask(12);
		this.time.pass(OUTAGE);
		assertThat(this.brokers.attempts).isLessThan(12 + 8);
	}

	@Test
	void nothingWaitsAtAClientThatIsClosed() {
		this.brokers.reachable = false;
		CompletableFuture<String> before = this.gate.ask(this.brokers::ask, HOUR);
		this.gate.close();
		assertThat(failure(before)).isInstanceOf(PulsarClientException.AlreadyClosedException.class);
		assertThat(this.gate.ask(this.brokers::ask, HOUR)).isCompletedExceptionally();
	}

	static Stream<Throwable> unreachable() {
		return Stream.of(noConnection(), new CompletionException(noConnection()),
				new PulsarClientException(new NoRouteToHostException("no route")),
				new PulsarClientException(new UnknownHostException("broker")),
				new PulsarClientException.ConnectException("Disconnected from server"),
				new IllegalStateException("Connection already closed"));
	}

	@ParameterizedTest
	@MethodSource("unreachable")
	void whatMeetsNobodyIsKnown(Throwable failure) {
		assertThat(OutageGate.isUnreachable(failure)).isTrue();
	}

	static Stream<Throwable> answers() {
		return Stream.of(new PulsarClientException.AuthorizationException("no"),
				new PulsarClientException.AuthenticationException("no"),
				new PulsarClientException.BrokerMetadataException("no"),
				new PulsarClientException.LookupException("no"), new PulsarClientException.TimeoutException("no"),
				new PulsarClientException.TopicDoesNotExistException("no"),
				new PulsarClientException.TooManyRequestsException("no"));
	}

	@ParameterizedTest
	@MethodSource("answers")
	void whatABrokerHasSaidIsKnown(Throwable failure) {
		assertThat(OutageGate.isUnreachable(failure)).isFalse();
	}

	private List<CompletableFuture<String>> ask(int times) {
		List<CompletableFuture<String>> answers = new ArrayList<>();
		List<CompletableFuture<Void>> sent = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			// At the same moment, so that none knows of the failure of another one.
			CompletableFuture<Void> begun = new CompletableFuture<>();
			sent.add(begun);
			List<Boolean> first = new ArrayList<>();
			answers.add(this.gate.ask(() -> {
				if (first.isEmpty()) {
					first.add(true);
					return begun.thenCompose((none) -> this.brokers.ask());
				}
				return this.brokers.ask();
			}, HOUR));
		}
		sent.forEach((each) -> each.complete(null));
		return answers;
	}

	private static Throwable failure(CompletableFuture<String> answer) {
		assertThat(answer).isCompletedExceptionally();
		return Failures.unwrap(answer.handle((result, ex) -> ex).join());
	}

	private static PulsarClientException noConnection() {
		return new PulsarClientException(new CompletionException(new ConnectException("Connection refused")));
	}

	/** The requested hosts, and whether a broker accepts connections. */
	private static final class Brokers implements OutageGate.Probe {

		private boolean reachable = true;

		private @Nullable Exception refusal;

		/** The number of next requests that get no answer. */
		private int swallowed;

		private int attempts;

		CompletableFuture<String> ask() {
			this.attempts++;
			if (!this.reachable) {
				return CompletableFuture.failedFuture(noConnection());
			}
			if (this.swallowed > 0) {
				this.swallowed--;
				return new CompletableFuture<>();
			}
			return (this.refusal != null) ? CompletableFuture.failedFuture(this.refusal)
					: CompletableFuture.completedFuture("answer");
		}

		@Override
		public CompletionStage<Boolean> reaches() {
			return CompletableFuture.completedFuture(this.reachable);
		}

	}

	/** Passes when the test advances it. */
	private static final class VirtualTime implements OutageGate.Clock {

		private final PriorityQueue<Event> events = new PriorityQueue<>();

		private long now;

		void pass(Duration time) {
			long end = this.now + time.toNanos();
			while (!this.events.isEmpty() && this.events.element().at <= end) {
				Event next = this.events.remove();
				this.now = next.at;
				next.due.complete(null);
			}
			this.now = end;
		}

		@Override
		public long nanoTime() {
			return this.now;
		}

		@Override
		public CompletionStage<Void> after(long nanos) {
			CompletableFuture<Void> due = new CompletableFuture<>();
			this.events.add(new Event(this.now + nanos, due));
			return due;
		}

		private record Event(long at, CompletableFuture<Void> due) implements Comparable<Event> {

			@Override
			public int compareTo(Event other) {
				return Long.compare(this.at, other.at);
			}

		}

	}

}
