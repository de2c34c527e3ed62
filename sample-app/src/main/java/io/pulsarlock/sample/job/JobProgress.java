package io.pulsarlock.sample.job;

import java.util.Optional;

import io.pulsarlock.sample.StaleTokenException;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * How far the job is: in the database, so that the next node can go on.
 */
@Repository
class JobProgress {

	private static final String NAME = "stock-taking";

	private final JdbcClient jdbc;

	JobProgress(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** The first step to do. A run after a complete one begins anew. */
	int begin(int steps, String node, long token) {
		Optional<Progress> last = read();
		if (last.isEmpty()) {
			// Only the holder of the lock gets here, so the row is inserted once.
			this.jdbc.sql("INSERT INTO job VALUES (?, 0, ?, ?)").params(NAME, node, token).update();
			return 0;
		}
		int done = (last.get().stepsDone() < steps) ? last.get().stepsDone() : 0;
		write(done, node, token);
		return done;
	}

	void write(int done, String node, long token) {
		int rows = this.jdbc.sql("""
				UPDATE job SET steps_done = :done, node = :node, fencing_token = :token
				WHERE name = :name AND fencing_token <= :token""")
			.param("done", done)
			.param("node", node)
			.param("token", token)
			.param("name", NAME)
			.update();
		if (rows == 0) {
			throw new StaleTokenException("job " + NAME, token);
		}
	}

	Optional<Progress> read() {
		return this.jdbc.sql("SELECT steps_done, node, fencing_token FROM job WHERE name = ?")
			.param(NAME)
			.query(Progress.class)
			.optional();
	}

	record Progress(int stepsDone, String node, long fencingToken) {
	}

}
