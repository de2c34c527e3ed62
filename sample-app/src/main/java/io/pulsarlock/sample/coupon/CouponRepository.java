package io.pulsarlock.sample.coupon;

import java.util.List;
import java.util.Optional;

import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/**
 * Coupons. There is no {@code save}, so that no code can write without a token.
 */
interface CouponRepository extends Repository<Coupon, String> {

	Optional<Coupon> findById(String code);

	List<Coupon> findAll();

	@Modifying
	@Query("INSERT INTO coupon VALUES (:code, :campaign, :stock, 0, FALSE, 0)")
	void insert(String code, String campaign, int stock);

	/**
	 * Writes, unless a later holder of the lock has written before. That is all there is
	 * to a fencing token: it grows from holder to holder, so a node that was paused in
	 * the middle and does not know yet that it has lost the lock finds a larger one here.
	 * @return false if the token is too old; nothing was written then
	 */
	@Modifying
	@Query("""
			UPDATE coupon SET redeemed = :redeemed, frozen = :frozen, fencing_token = :token
			WHERE code = :code AND fencing_token <= :token""")
	boolean update(String code, int redeemed, boolean frozen, long token);

	@Modifying
	@Query("INSERT INTO redemption (coupon, customer, node, fencing_token) VALUES (:code, :customer, :node, :token)")
	void insertRedemption(String code, String customer, String node, long token);

	@Query("SELECT COUNT(*) FROM redemption WHERE coupon = :code")
	int countRedemptions(String code);

}
