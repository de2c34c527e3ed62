package io.pulsarlock.comparison.peer;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;

/**
 * Advisory locks of PostgreSQL sessions, a connection for each thread. There is no time
 * limit to set: a lock lives as long as its connection.
 */
public final class PgAdvisoryPeer implements Peer {

	private final String url;

	private final Map<Thread, Session> sessions = new ConcurrentHashMap<>();

	public PgAdvisoryPeer(Settings settings) throws SQLException {
		this.url = Database.url(settings);
		session();
	}

	private Session session() throws SQLException {
		Session session = this.sessions.get(Thread.currentThread());
		if (session == null) {
			session = new Session(DriverManager.getConnection(this.url, "postgres", null));
			this.sessions.put(Thread.currentThread(), session);
		}
		return session;
	}

	@Override
	public PeerLock lock(String name) {
		return new PeerLock() {

			@Override
			public boolean acquire(long millis) throws SQLException {
				return session().lock(name, millis);
			}

			@Override
			public void release() throws SQLException {
				session().unlock(name);
			}

		};
	}

	@Override
	public long objects() {
		return 0;
	}

	@Override
	public void close() throws SQLException {
		for (Session session : this.sessions.values()) {
			session.connection.close();
		}
	}

	private static final class Session {

		private static final String LOCK_NOT_AVAILABLE = "55P03";

		private final Connection connection;

		private final PreparedStatement lock;

		private final PreparedStatement unlock;

		private long timeout = -1;

		Session(Connection connection) throws SQLException {
			this.connection = connection;
			this.lock = connection.prepareStatement("select pg_advisory_lock(hashtextextended(?, 0))");
			this.unlock = connection.prepareStatement("select pg_advisory_unlock(hashtextextended(?, 0))");
		}

		boolean lock(String name, long millis) throws SQLException {
			if (this.timeout != millis) {
				this.connection.createStatement().execute("set lock_timeout = " + millis);
				this.timeout = millis;
			}
			try {
				run(this.lock, name);
				return true;
			}
			catch (SQLException ex) {
				if (LOCK_NOT_AVAILABLE.equals(ex.getSQLState())) {
					return false;
				}
				throw ex;
			}
		}

		void unlock(String name) throws SQLException {
			run(this.unlock, name);
		}

		private static void run(PreparedStatement statement, String name) throws SQLException {
			statement.setString(1, name);
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
			}
		}

	}

}
