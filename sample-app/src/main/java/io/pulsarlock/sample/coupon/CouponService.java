package io.pulsarlock.sample.coupon;

import java.util.List;

import io.pulsarlock.LockMonitor;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.sample.StaleTokenException;
import io.pulsarlock.sample.coupon.CouponRefusedException.Reason;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Issues and redeems coupons. Each method reads, decides and writes; the lock makes sure
 * that no other call does so in between, on any node. It is acquired before the
 * transaction begins and released after the commit.
 */
@Service
public class CouponService {

	private final CampaignRepository campaigns;

	private final CouponRepository coupons;

	private final LockMonitor monitor;

	CouponService(CampaignRepository campaigns, CouponRepository coupons, LockMonitor monitor) {
		this.campaigns = campaigns;
		this.coupons = coupons;
		this.monitor = monitor;
	}

	@DistributedLock(name = "campaign", key = "#name", waitFor = "5s")
	@Transactional
	public void open(String name, int budget) {
		if (this.campaigns.findById(name).isPresent()) {
			throw new CouponRefusedException(Reason.EXISTS, "Campaign " + name + " already exists");
		}
		this.campaigns.insert(name, budget, LockContext.current().fencingToken());
	}

	/** Issuing costs budget, so it is the campaign that is locked. */
	@DistributedLock(name = "campaign", key = "#campaignName", waitFor = "5s")
	@Transactional
	public void issue(String campaignName, String code, int stock) {
		long token = LockContext.current().fencingToken();
		Campaign campaign = this.campaigns.findById(campaignName)
			.orElseThrow(() -> new CouponRefusedException(Reason.NOT_FOUND, "There is no campaign " + campaignName));
		if (this.coupons.findById(code).isPresent()) {
			throw new CouponRefusedException(Reason.EXISTS, "Coupon " + code + " already exists");
		}
		if (campaign.issued() + stock > campaign.budget()) {
			throw new CouponRefusedException(Reason.SOLD_OUT, "The budget of campaign " + campaignName + " is spent");
		}
		if (!this.campaigns.update(campaignName, campaign.issued() + stock, token)) {
			throw new StaleTokenException("campaign " + campaignName, token);
		}
		this.coupons.insert(code, campaignName, stock);
	}

	/**
	 * Redeems a coupon once.
	 * @param code the coupon
	 * @param customer who redeems it
	 * @return which of the coupon's redemptions it was
	 */
	@DistributedLock(name = "coupon", key = "#code", waitFor = "20s")
	@Transactional
	public Redemption redeem(String code, String customer) {
		long token = LockContext.current().fencingToken();
		Coupon coupon = find(code);
		if (coupon.frozen()) {
			throw new CouponRefusedException(Reason.FROZEN, "Coupon " + code + " is frozen");
		}
		if (coupon.redeemed() >= coupon.stock()) {
			throw new CouponRefusedException(Reason.SOLD_OUT, "Coupon " + code + " is sold out");
		}
		update(code, coupon.redeemed() + 1, false, token);
		this.coupons.insertRedemption(code, customer, this.monitor.node(), token);
		return new Redemption(code, coupon.redeemed() + 1, this.monitor.node(), Long.toString(token));
	}

	@DistributedLock(name = "coupon", key = "#code", waitFor = "5s")
	@Transactional
	public void freeze(String code, boolean frozen) {
		update(code, find(code).redeemed(), frozen, LockContext.current().fencingToken());
	}

	/** Reading needs no lock. */
	public List<CouponStock> stock() {
		return this.coupons.findAll()
			.stream()
			.map((coupon) -> new CouponStock(coupon.code(), coupon.stock(), coupon.redeemed(),
					this.coupons.countRedemptions(coupon.code()), coupon.frozen(),
					Long.toString(coupon.fencingToken())))
			.toList();
	}

	private Coupon find(String code) {
		return this.coupons.findById(code)
			.orElseThrow(() -> new CouponRefusedException(Reason.NOT_FOUND, "There is no coupon " + code));
	}

	private void update(String code, int redeemed, boolean frozen, long token) {
		if (!this.coupons.update(code, redeemed, frozen, token)) {
			throw new StaleTokenException("coupon " + code, token);
		}
	}

	/**
	 * A success.
	 *
	 * @param code the coupon
	 * @param number which of its redemptions it was
	 * @param node the node that did it
	 * @param token the token it was written with; text, as JavaScript would round it
	 */
	public record Redemption(String code, int number, String node, String token) {
	}

	/**
	 * How much of a coupon is left.
	 *
	 * @param code the coupon
	 * @param stock how often it can be redeemed
	 * @param redeemed how often it was, as the coupon itself says
	 * @param redemptions how often it was, counted one by one
	 * @param frozen whether it is frozen
	 * @param token the newest token the row has seen; text, as JavaScript would round it
	 */
	public record CouponStock(String code, int stock, int redeemed, int redemptions, boolean frozen, String token) {
	}

}
