package io.pulsarlock.comparison.annotation;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.comparison.client.Settings;
import io.pulsarlock.comparison.peer.PulsarLockPeer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.context.ConfigurableApplicationContext;

/** Calls of one bean, guarded in one way or another. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 8, time = 1)
@State(Scope.Thread)
public class AnnotationBenchmark {

	private ConfigurableApplicationContext leader;

	private ConfigurableApplicationContext application;

	private Guarded guarded;

	private java.util.concurrent.locks.Lock held;

	/** Two nodes: the first leads the group, the second is measured. */
	@Setup
	public void start() throws InterruptedException {
		Settings settings = new Settings(Map.of("address", System.getProperty("address")));
		this.leader = PulsarLockPeer.start(settings, GuardedApplication.class);
		LeaderGroup group = this.leader.getBean(Leadership.class).group(Guarded.GROUP);
		while (!group.isLeader()) {
			Thread.sleep(10);
		}
		this.application = PulsarLockPeer.start(settings, GuardedApplication.class);
		this.guarded = this.application.getBean(Guarded.class);
		// On the thread that is measured: the guarded method enters again.
		this.held = this.application.getBean(LockRegistry.class).obtain(Guarded.LOCK);
		this.held.lock();
	}

	@TearDown
	public void stop() {
		this.held.unlock();
		this.application.close();
		this.leader.close();
	}

	@Benchmark
	public int plainMethod() {
		return this.guarded.plain();
	}

	@Benchmark
	public int synchronizedMethod() {
		return this.guarded.withMonitor();
	}

	@Benchmark
	public Integer distributedLockReentered() {
		return this.guarded.withDistributedLock();
	}

	@Benchmark
	public Object leaderOnlySkipped() {
		return this.guarded.onlyByTheLeader();
	}

	@Benchmark
	public Object shedLockInMemory() {
		return this.guarded.withShedLock();
	}

}
