package io.pulsarlock.comparison.peer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * ShedLock's JDBC provider. It does not wait for a busy lock: this adapter asks every 10
 * ms. It does not renew either, so the time limit must be longer than any work.
 */
public final class ShedLockPeer implements Peer {

	private static final long POLL_MILLIS = 10;

	private final HikariDataSource pool;

	private final JdbcTemplate template;

	private final LockProvider provider;

	private final Duration timeout;

	public ShedLockPeer(Settings settings) {
		this.timeout = settings.timeout();
		this.pool = Database.pool(settings);
		this.template = new JdbcTemplate(this.pool);
		this.template.execute("create table if not exists shedlock(name varchar(64) primary key, "
				+ "lock_until timestamp not null, locked_at timestamp not null, locked_by varchar(255) not null)");
		this.provider = new JdbcTemplateLockProvider(
				JdbcTemplateLockProvider.Configuration.builder().withJdbcTemplate(this.template).usingDbTime().build());
	}

	@Override
	public PeerLock lock(String name) {
		return new PeerLock() {

			private @Nullable SimpleLock held;

			@Override
			public boolean acquire(long millis) throws InterruptedException {
				long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
				do {
					Optional<SimpleLock> lock = ShedLockPeer.this.provider
						.lock(new LockConfiguration(Instant.now(), name, ShedLockPeer.this.timeout, Duration.ZERO));
					if (lock.isPresent()) {
						this.held = lock.get();
						return true;
					}
					Thread.sleep(POLL_MILLIS);
				}
				while (System.nanoTime() < end);
				return false;
			}

			@Override
			public void release() {
				SimpleLock held = this.held;
				if (held != null) {
					held.unlock();
				}
			}

		};
	}

	@Override
	public long objects() {
		Long count = this.template.queryForObject("select count(*) from shedlock", Long.class);
		return (count != null) ? count : -1;
	}

	@Override
	public void close() {
		this.pool.close();
	}

}
