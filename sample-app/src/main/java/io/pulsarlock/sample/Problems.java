package io.pulsarlock.sample;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.sample.coupon.CouponRefusedException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * What a caller is told when it did not work. Three answers of a lock, three statuses:
 * busy, unknown, lost.
 */
@RestControllerAdvice
class Problems {

	@ExceptionHandler
	ProblemDetail refused(CouponRefusedException ex) {
		return switch (ex.getReason()) {
			case NOT_FOUND -> problem(HttpStatus.NOT_FOUND, "not-found", ex);
			case EXISTS -> problem(HttpStatus.CONFLICT, "exists", ex);
			case FROZEN -> problem(HttpStatus.CONFLICT, "frozen", ex);
			case SOLD_OUT -> problem(HttpStatus.CONFLICT, "sold-out", ex);
		};
	}

	/** Another holder had the lock all the time. The client may try again later. */
	@ExceptionHandler
	ProblemDetail busy(LockBusyException ex) {
		return problem(HttpStatus.LOCKED, "busy", ex);
	}

	/** Pulsar cannot be asked. Nothing was done, because the lock was never held. */
	@ExceptionHandler
	ProblemDetail unknown(LockUnavailableException ex) {
		return problem(HttpStatus.SERVICE_UNAVAILABLE, "unknown", ex);
	}

	/** Lost in the middle: what was done may or may not have been written. */
	@ExceptionHandler({ LockLostException.class, StaleTokenException.class })
	ProblemDetail lost(RuntimeException ex) {
		return problem(HttpStatus.INTERNAL_SERVER_ERROR, "lost", ex);
	}

	private static ProblemDetail problem(HttpStatus status, String reason, Exception ex) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, ex.getMessage());
		problem.setProperty("reason", reason);
		return problem;
	}

}
