package io.pulsarlock.sample.job;

import java.util.Optional;

import io.pulsarlock.LockException;
import io.pulsarlock.LockLostException;
import io.pulsarlock.sample.StaleTokenException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.task.TaskExecutor;
import org.springframework.stereotype.Service;

/**
 * Runs the job in the background and remembers how its last run on this node ended. Not
 * the same class as the job: a call on {@code this} would run without the lock.
 */
@Service
public class JobRunner {

	private static final Log logger = LogFactory.getLog(JobRunner.class);

	private final StockTaking job;

	private final JobProgress progress;

	private final TaskExecutor executor;

	private volatile String here = "";

	JobRunner(StockTaking job, JobProgress progress, TaskExecutor applicationTaskExecutor) {
		this.job = job;
		this.progress = progress;
		this.executor = applicationTaskExecutor;
	}

	public void start() {
		this.executor.execute(() -> {
			this.here = "running";
			this.here = run();
			logger.info("Stock-taking on this node: " + this.here);
		});
	}

	private String run() {
		try {
			return (this.job.run() != null) ? "finished" : "not started: another node is running it";
		}
		catch (LockLostException | StaleTokenException ex) {
			// Nothing to undo: each step was written whole or was refused. Another node,
			// or a later run here, goes on with the next step.
			return "stopped, the lock was lost: " + ex.getMessage();
		}
		catch (LockException ex) {
			return "not started: " + ex.getMessage();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return "stopped, the node is shutting down";
		}
		catch (RuntimeException ex) {
			logger.error("Stock-taking failed", ex);
			return "failed: " + ex.getMessage();
		}
	}

	/**
	 * How far it is.
	 * @return the state
	 */
	public State state() {
		Optional<JobProgress.Progress> last = this.progress.read();
		return new State(last.map(JobProgress.Progress::stepsDone).orElse(0), StockTaking.STEPS,
				last.map(JobProgress.Progress::node).orElse(""), this.here);
	}

	/**
	 * The job.
	 *
	 * @param done how many steps are done
	 * @param steps how many there are
	 * @param node who did the last of them
	 * @param here what the last run on this node is doing, or how it ended
	 */
	public record State(int done, int steps, String node, String here) {
	}

}
