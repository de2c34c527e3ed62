package io.pulsarlock.integration;

import java.util.Objects;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationEventPublisherAware;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.leader.event.DefaultLeaderEventPublisher;
import org.springframework.integration.leader.event.LeaderEventPublisher;

/**
 * A leader initiator of Spring Integration on a {@link LeaderGroup}, which has the name
 * of the candidate's role. The candidate and the application are told of a grant and of a
 * revocation as soon as this node knows, and the role's endpoints start and stop with
 * them. {@link Context#isLeader()} turns false before another node can lead.
 * <p>
 * A candidate may work in {@link Candidate#onGranted} for as long as it leads: its thread
 * is interrupted by a revocation, and {@link Candidate#onRevoked} follows when it has
 * returned. If it throws, this node resigns a second later. The node is a candidate from
 * start to stop, also for {@code @LeaderOnly} methods of the same group.
 *
 * @since 0.2.0
 */
public final class PulsarLeaderInitiator implements SmartLifecycle, DisposableBean, ApplicationEventPublisherAware {

	private final Leadership leadership;

	private final Candidate candidate;

	private AsyncTaskExecutor taskExecutor = new SimpleAsyncTaskExecutor("pulsar-leader-");

	private @Nullable LeaderEventPublisher leaderEventPublisher;

	private @Nullable ApplicationEventPublisher applicationEventPublisher;

	private boolean publishFailedEvents;

	private boolean autoStartup = true;

	private int phase = Integer.MAX_VALUE - 1000;

	/** From start to stop. */
	private volatile @Nullable Candidature candidature;

	/**
	 * Create an initiator whose candidate logs what happens, for the role {@code leader}.
	 * @param leadership has the group
	 */
	public PulsarLeaderInitiator(Leadership leadership) {
		this(leadership, new DefaultCandidate());
	}

	/**
	 * Create an initiator.
	 * @param leadership has the group
	 * @param candidate is told of grants and revocations
	 */
	public PulsarLeaderInitiator(Leadership leadership, Candidate candidate) {
		this.leadership = Objects.requireNonNull(leadership, "leadership");
		this.candidate = Objects.requireNonNull(candidate, "candidate");
	}

	/**
	 * Set what calls {@link Candidate#onGranted}.
	 * @param taskExecutor the executor; by default a new thread for each grant
	 */
	public void setTaskExecutor(AsyncTaskExecutor taskExecutor) {
		this.taskExecutor = Objects.requireNonNull(taskExecutor, "taskExecutor");
	}

	/**
	 * Set what publishes grants and revocations.
	 * @param leaderEventPublisher the publisher; by default one that publishes
	 * application events
	 */
	public void setLeaderEventPublisher(LeaderEventPublisher leaderEventPublisher) {
		this.leaderEventPublisher = Objects.requireNonNull(leaderEventPublisher, "leaderEventPublisher");
	}

	@Override
	public void setApplicationEventPublisher(ApplicationEventPublisher applicationEventPublisher) {
		this.applicationEventPublisher = applicationEventPublisher;
	}

	/**
	 * Set whether to publish that another node leads.
	 * @param publishFailedEvents true to publish it, after each start and each revocation
	 * at most once; false is the default
	 */
	public void setPublishFailedEvents(boolean publishFailedEvents) {
		this.publishFailedEvents = publishFailedEvents;
	}

	/**
	 * Set whether it starts with the application context.
	 * @param autoStartup true, the default, to start
	 */
	public void setAutoStartup(boolean autoStartup) {
		this.autoStartup = autoStartup;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	/**
	 * Set the phase of its start and stop.
	 * @param phase the phase, greater than those of the locks, which are negative
	 */
	public void setPhase(int phase) {
		this.phase = phase;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

	/**
	 * What the candidate is given.
	 * @return the context; that of a node that never leads before the start and after the
	 * stop
	 */
	public Context getContext() {
		Context current = this.candidature;
		return (current != null) ? current : () -> false;
	}

	@Override
	public synchronized void start() {
		if (this.candidature == null) {
			LeaderEventPublisher publisher = publisher();
			Candidature next = new Candidature(this, this.leadership.group(this.candidate.getRole()), this.candidate,
					publisher, this.taskExecutor, this.publishFailedEvents);
			this.candidature = next;
			next.begin();
		}
	}

	private LeaderEventPublisher publisher() {
		if (this.leaderEventPublisher != null) {
			return this.leaderEventPublisher;
		}
		if (this.applicationEventPublisher == null) {
			throw new IllegalStateException("Nothing publishes the events of the leader initiator for role '"
					+ this.candidate.getRole() + "'. Make it a bean, or call setLeaderEventPublisher(..)");
		}
		return new DefaultLeaderEventPublisher(this.applicationEventPublisher);
	}

	/** Leaves the group and returns at once; the candidate is told of its revocation. */
	@Override
	public void stop() {
		stop(() -> {
		});
	}

	/**
	 * Leaves the group.
	 * @param callback called when the candidate and the application have been told of the
	 * revocation, or at once if the node did not lead
	 */
	@Override
	public void stop(Runnable callback) {
		Candidature last;
		synchronized (this) {
			last = this.candidature;
			this.candidature = null;
		}
		if (last == null) {
			callback.run();
		}
		else {
			last.end(callback);
		}
	}

	@Override
	public boolean isRunning() {
		return this.candidature != null;
	}

	@Override
	public void destroy() {
		stop();
	}

}
