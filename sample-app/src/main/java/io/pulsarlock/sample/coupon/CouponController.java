package io.pulsarlock.sample.coupon;

import java.util.List;

import io.pulsarlock.sample.coupon.CouponService.CouponStock;
import io.pulsarlock.sample.coupon.CouponService.Redemption;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Coupons over HTTP.
 */
@RestController
@RequestMapping("/api")
class CouponController {

	private final CouponService coupons;

	CouponController(CouponService coupons) {
		this.coupons = coupons;
	}

	@PutMapping("/campaigns/{name}")
	void open(@PathVariable String name, @RequestParam int budget) {
		this.coupons.open(name, budget);
	}

	@PutMapping("/campaigns/{campaign}/coupons/{code}")
	void issue(@PathVariable String campaign, @PathVariable String code, @RequestParam int stock) {
		this.coupons.issue(campaign, code, stock);
	}

	@GetMapping("/coupons")
	List<CouponStock> stock() {
		return this.coupons.stock();
	}

	@PostMapping("/coupons/{code}/redeem")
	Redemption redeem(@PathVariable String code, @RequestParam(defaultValue = "somebody") String customer) {
		return this.coupons.redeem(code, customer);
	}

	@PostMapping("/coupons/{code}/freeze")
	void freeze(@PathVariable String code) {
		this.coupons.freeze(code, true);
	}

	@PostMapping("/coupons/{code}/unfreeze")
	void unfreeze(@PathVariable String code) {
		this.coupons.freeze(code, false);
	}

}
