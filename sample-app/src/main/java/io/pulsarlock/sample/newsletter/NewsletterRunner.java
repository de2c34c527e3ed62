package io.pulsarlock.sample.newsletter;

import java.util.List;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LockException;
import io.pulsarlock.Participant;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.task.TaskExecutor;
import org.springframework.stereotype.Service;

/**
 * Sends batches of the newsletter in the background, and tells who does.
 */
@Service
public class NewsletterRunner {

	private static final Log logger = LogFactory.getLog(NewsletterRunner.class);

	private final Newsletter newsletter;

	private final TaskExecutor executor;

	NewsletterRunner(Newsletter newsletter, TaskExecutor applicationTaskExecutor) {
		this.newsletter = newsletter;
		this.executor = applicationTaskExecutor;
	}

	public void start() {
		this.executor.execute(() -> {
			try {
				this.newsletter.send();
				logger.info("A batch of the newsletter is sent");
			}
			catch (LockException ex) {
				logger.warn("A batch of the newsletter is not sent, or not all of it: " + ex.getMessage());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
	}

	/**
	 * Who sends and who waits.
	 * @param view what a node knows of the cluster
	 * @return the state
	 */
	public static State state(ClusterView view) {
		return view.locks()
			.stream()
			.filter((lock) -> lock.name().equals(Newsletter.NAME))
			.findFirst()
			.map((lock) -> new State(nodes(lock.holders()), nodes(lock.waiters())))
			.orElse(State.NONE);
	}

	private static List<String> nodes(List<Participant> participants) {
		return participants.stream().map(Participant::node).toList();
	}

	/**
	 * The senders.
	 *
	 * @param sending the nodes that have a permit, one for each batch
	 * @param waiting the nodes that wait for one, in their order
	 */
	public record State(List<String> sending, List<String> waiting) {

		/** Nobody sends. */
		public static final State NONE = new State(List.of(), List.of());

	}

}
