package io.pulsarlock.benchmarks.faults;

import java.util.function.Consumer;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockContext;

/**
 * Holds the lock by an annotated method. Not final, so that it can be guarded.
 */
class AnnotatedWay implements Way {

	@Override
	@DistributedLock(name = "faults", key = "#lock", waitFor = "${faults.wait-for:30s}")
	public boolean hold(String lock, Consumer<Grasp> inside) throws InterruptedException {
		LockContext context = LockContext.current();
		inside.accept(Grasp.of(context.held().get(0), context::isHeld));
		return true;
	}

}
