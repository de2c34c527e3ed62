package io.pulsarlock.sample.coupon;

import org.springframework.data.annotation.Id;

/**
 * A coupon that can be redeemed as often as there is stock.
 *
 * @param code its code
 * @param campaign what it was issued from
 * @param stock how often it can be redeemed
 * @param redeemed how often it was
 * @param frozen whether it may not be redeemed at the moment
 * @param fencingToken the newest token the row has seen
 */
public record Coupon(@Id String code, String campaign, int stock, int redeemed, boolean frozen, long fencingToken) {
}
