package io.pulsarlock.sample.coupon;

import org.springframework.data.annotation.Id;

/**
 * What coupons are issued from.
 *
 * @param name its name
 * @param budget how many redemptions it may cost
 * @param issued for how many redemptions coupons exist
 * @param fencingToken the newest token the row has seen
 */
record Campaign(@Id String name, int budget, int issued, long fencingToken) {
}
