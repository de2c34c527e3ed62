import java.time.Duration;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;

public class HandOver {

	public static void main(String[] args) throws Exception {
		String node = "node-" + ProcessHandle.current().pid();
		LockNode locks = PulsarLocks.at(args[0]).cluster("demo").node(node).connect();
		Runtime.getRuntime().addShutdownHook(new Thread(locks::close));
		locks.awaitJoined(Duration.ofSeconds(20));
		System.out.println(node + " waits for its turn");
		try (LockHandle held = locks.obtain("the-job").acquire(Duration.ofDays(1))) {
			held.onLost((lost) -> System.out.println(node + " has LOST the lock: " + lost.reason()));
			while (held.isHeld()) {
				System.out.println(node + " works with token " + held.fencingToken());
				Thread.sleep(1000);
			}
		}
	}

}
