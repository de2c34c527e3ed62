package io.pulsarlock.sample.coupon;

/**
 * The answer is no, for a reason that has nothing to do with locks.
 */
public class CouponRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	CouponRefusedException(Reason reason, String message) {
		super(message);
		this.reason = reason;
	}

	public Reason getReason() {
		return this.reason;
	}

	/** Why. */
	public enum Reason {

		/** There is no such coupon or campaign. */
		NOT_FOUND,

		/** There is one of that name already. */
		EXISTS,

		/** The coupon is frozen. */
		FROZEN,

		/** Nothing is left. */
		SOLD_OUT

	}

}
