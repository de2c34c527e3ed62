package io.pulsarlock.comparison.peer;

import com.zaxxer.hikari.HikariDataSource;
import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;

import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Spring Integration's {@code JdbcLockRegistry}. A waiting caller asks every 100 ms,
 * which is its default. Its locks are renewed on request, which this adapter does not, so
 * the time to live must be longer than any work.
 */
public final class SpringIntegrationPeer implements Peer {

	private final HikariDataSource pool;

	private final JdbcLockRegistry registry;

	public SpringIntegrationPeer(Settings settings) {
		this.pool = Database.pool(settings);
		new JdbcTemplate(this.pool).execute("create table if not exists int_lock(lock_key char(36) not null, "
				+ "region varchar(100) not null, client_id char(36), created_date timestamp not null, "
				+ "expired_after timestamp not null, primary key (lock_key, region))");
		DefaultLockRepository repository = new DefaultLockRepository(this.pool);
		repository.setTransactionManager(new JdbcTransactionManager(this.pool));
		repository.afterPropertiesSet();
		repository.afterSingletonsInstantiated();
		repository.start();
		this.registry = new JdbcLockRegistry(repository, settings.timeout());
	}

	@Override
	public PeerLock lock(String name) {
		return new JavaLock(this.registry.obtain(name));
	}

	@Override
	public long objects() {
		Long count = new JdbcTemplate(this.pool).queryForObject("select count(*) from int_lock", Long.class);
		return (count != null) ? count : -1;
	}

	@Override
	public void close() {
		this.pool.close();
	}

}
