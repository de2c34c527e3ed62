package io.pulsarlock.sample.coupon;

import java.util.Optional;

import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/**
 * Campaigns. Written like coupons, see {@link CouponRepository}.
 */
interface CampaignRepository extends Repository<Campaign, String> {

	Optional<Campaign> findById(String name);

	@Modifying
	@Query("INSERT INTO campaign VALUES (:name, :budget, 0, :token)")
	void insert(String name, int budget, long token);

	@Modifying
	@Query("""
			UPDATE campaign SET issued = :issued, fencing_token = :token
			WHERE name = :name AND fencing_token <= :token""")
	boolean update(String name, int issued, long token);

}
