package io.pulsarlock.sample.page;

import java.util.Locale;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.sample.StaleTokenException;
import io.pulsarlock.sample.coupon.CouponRefusedException;
import io.pulsarlock.sample.coupon.CouponService;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Redeems coupons for the page, which tries more often than there are coupons. It wants
 * to count what comes of it, and a refusal is no error to it: a browser would report
 * every status of one.
 */
@RestController
@RequestMapping("/api/attempts")
class AttemptController {

	private final CouponService coupons;

	AttemptController(CouponService coupons) {
		this.coupons = coupons;
	}

	@PostMapping
	Attempt redeem(@RequestParam String coupon, @RequestParam String customer) {
		try {
			this.coupons.redeem(coupon, customer);
			return new Attempt("redeemed");
		}
		catch (CouponRefusedException ex) {
			return new Attempt(ex.getReason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
		}
		catch (LockBusyException ex) {
			return new Attempt("busy");
		}
		catch (LockUnavailableException ex) {
			return new Attempt("unknown");
		}
		catch (LockLostException | StaleTokenException ex) {
			return new Attempt("lost");
		}
	}

	/**
	 * What came of it.
	 *
	 * @param outcome one word
	 */
	record Attempt(String outcome) {
	}

}
