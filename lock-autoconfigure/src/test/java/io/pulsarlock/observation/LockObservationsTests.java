package io.pulsarlock.observation;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

import io.micrometer.common.KeyValue;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;
import io.pulsarlock.observation.LockObservationContext.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests observations of attempts and runs.
 */
class LockObservationsTests {

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final MeterRegistry meters = new SimpleMeterRegistry();

	private Observation.Context stopped;

	LockObservationsTests() {
		this.registry.observationConfig()
			.observationHandler(new DefaultMeterObservationHandler(this.meters))
			.observationHandler(new Last());
	}

	@Test
	void resultIsAnAcquiredLock() {
		assertThat(LockObservations.acquire(this.registry, null, lock(false), () -> "held")).isEqualTo("held");
		assertThat(outcome()).isEqualTo("acquired");
		assertThat(this.stopped.getError()).isNull();
		assertThat(this.stopped.getContextualName()).isEqualTo("lock acquire coupon");
	}

	@Test
	void emptyResultIsBusyOrSkipped() {
		LockObservations.acquire(this.registry, null, lock(false), Optional::empty);
		assertThat(outcome()).isEqualTo("busy");
		LockObservations.acquire(this.registry, null, lock(true), Optional::empty);
		assertThat(outcome()).isEqualTo("skipped");
	}

	@Test
	void outcomeTheAttemptHasSetStays() {
		LockAcquireObservationContext context = new LockAcquireObservationContext("jobs", null, Kind.LEADER, true);
		LockObservations.acquire(this.registry, null, context, () -> {
			context.setOutcome(Outcome.SKIPPED);
			return false;
		});
		assertThat(outcome()).isEqualTo("skipped");
	}

	@Test
	void busyIsNoError() {
		assertThatExceptionOfType(LockBusyException.class)
			.isThrownBy(() -> LockObservations.acquire(this.registry, null, lock(false), () -> {
				throw new LockBusyException("taken");
			}));
		assertThat(outcome()).isEqualTo("busy");
		assertThat(this.stopped.getError()).isNull();
	}

	@Test
	void unknownCancelledAndFailedAreErrors() {
		assertThat(outcomeOf(new LockUnavailableException("no answer"))).isEqualTo("unknown");
		assertThat(outcomeOf(new CancellationException())).isEqualTo("cancelled");
		assertThat(outcomeOf(new IllegalStateException())).isEqualTo("failed");
	}

	private String outcomeOf(RuntimeException failure) {
		assertThatExceptionOfType(failure.getClass())
			.isThrownBy(() -> LockObservations.acquire(this.registry, null, lock(true), () -> {
				throw failure;
			}));
		assertThat(this.stopped.getError()).isSameAs(failure);
		return outcome();
	}

	@Test
	void attemptThatEndsElsewhereIsUnwrapped() {
		LockAcquireObservationContext context = lock(true);
		Observation observation = LockObservations.start(this.registry, null, context);
		LockObservations.stop(observation, context, new CompletionException(new LockBusyException("taken")));
		assertThat(outcome()).isEqualTo("skipped");
	}

	@Test
	void attemptIsATimerWithoutTheKey() {
		LockObservations.acquire(this.registry, null, lock(false), () -> "held");
		Timer timer = this.meters.get("pulsar.lock.acquire").timer();
		assertThat(timer.count()).isOne();
		assertThat(timer.getId().getTag("lock.name")).isEqualTo("coupon");
		assertThat(timer.getId().getTag("lock.key")).isNull();
		assertThat(this.stopped.getHighCardinalityKeyValue("lock.key").getValue()).isEqualTo("#de650d61f5");
	}

	@Test
	void runSaysWhetherTheLockWasLost() {
		LockHoldObservationContext kept = hold();
		assertThat(LockObservations.hold(this.registry, null, kept, () -> 1)).isOne();
		assertThat(outcome()).isEqualTo("kept");
		LockHoldObservationContext lost = hold();
		LockObservations.hold(this.registry, null, lost, () -> {
			lost.setLost(LockLoss.Reason.CONNECTION_LOST);
			return null;
		});
		assertThat(outcome()).isEqualTo("lost");
		assertThat(this.stopped.getHighCardinalityKeyValue("lock.token").getValue()).isEqualTo("7");
	}

	@Test
	void runThatFailsIsAnError() {
		assertThatIllegalStateException().isThrownBy(() -> LockObservations.hold(this.registry, null, hold(), () -> {
			throw new IllegalStateException("job");
		}));
		assertThat(this.stopped.getError()).hasMessage("job");
	}

	@Test
	void conventionOfTheApplicationReplacesTheDefault() {
		LockAcquireObservationConvention own = new DefaultLockAcquireObservationConvention() {

			@Override
			public String getName() {
				return "my.lock";
			}

		};
		LockObservations.acquire(this.registry, own, lock(false), () -> "held");
		assertThat(this.meters.find("my.lock").timer()).isNotNull();
	}

	@Test
	void noRegistryObservesNothing() {
		LockAcquireObservationContext context = lock(false);
		assertThat(LockObservations.acquire(ObservationRegistry.NOOP, null, context, () -> "held")).isEqualTo("held");
		assertThat(context.getOutcome()).isEqualTo(Outcome.ACQUIRED);
		assertThat(this.stopped).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void documentationNamesEveryKey(LockObservationDocumentation documentation) {
		if (documentation == LockObservationDocumentation.ACQUIRE) {
			LockObservations.acquire(this.registry, null, lock(false), () -> "held");
		}
		else {
			LockObservations.hold(this.registry, null, hold(), () -> "done");
		}
		assertThat(this.stopped.getLowCardinalityKeyValues().stream().map(KeyValue::getKey))
			.containsExactlyInAnyOrder(names(documentation.getLowCardinalityKeyNames()));
		assertThat(this.stopped.getHighCardinalityKeyValues().stream().map(KeyValue::getKey))
			.containsExactlyInAnyOrder(names(documentation.getHighCardinalityKeyNames()));
	}

	private static String[] names(KeyName[] keys) {
		return Arrays.stream(keys).map(KeyName::asString).toArray(String[]::new);
	}

	private static LockAcquireObservationContext lock(boolean skipping) {
		return new LockAcquireObservationContext("coupon", "4711", Kind.LOCK, skipping);
	}

	private static LockHoldObservationContext hold() {
		return new LockHoldObservationContext("coupon", "4711", Kind.LOCK, 7);
	}

	private String outcome() {
		return this.stopped.getLowCardinalityKeyValue("lock.outcome").getValue();
	}

	/** Remembers what was stopped last. */
	private final class Last implements ObservationHandler<Observation.Context> {

		@Override
		public void onStop(Observation.Context context) {
			LockObservationsTests.this.stopped = context;
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
