package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLost;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.UnreadableRecordException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;

/**
 * Runs one operation of the library in this process and prints the result.
 */
public final class TwinProbe {

	private static final UUID A = new UUID(0, 1);

	private static final UUID B = new UUID(0, 2);

	private TwinProbe() {
	}

	public static void main(String[] args) throws Exception {
		System.out.println(switch (args[0]) {
			case "no-confirmation" -> "cut off: " + heldAfterLease();
			case "expel-without-cas" -> "front: " + frontAfter(new Expel(B, 1, A, 0, 1));
			case "release-without-owner" -> "front: " + frontAfter(new Release(B, 4, "l:x", 3));
			case "told-late" -> "told: " + told();
			case "upgraded", "newer" -> "bytes: " + encoded();
			case "decode" -> "read: " + decoded(args[1]);
			default -> throw new IllegalArgumentException(args[0]);
		});
		System.exit(0);
	}

	private static boolean heldAfterLease() throws Exception {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			InMemoryNode node = cluster.node("a");
			LockHandle held = node.obtain("x").acquire(Duration.ofSeconds(5));
			CompletableFuture<Void> expelled = new CompletableFuture<>();
			cluster.node("b").obtain("x").acquireAsync(Duration.ofSeconds(30)).thenRun(() -> expelled.complete(null));
			node.disconnect();
			expelled.get(30, TimeUnit.SECONDS);
			return held.isHeld();
		}
	}

	/** A line of A and B; each has sent another record since its request. */
	private static String frontAfter(JournalRecord record) {
		LineTable table = new LineTable();
		List<JournalRecord> log = new ArrayList<>(List.of(heartbeat(A, 0), heartbeat(B, 0), new Request(A, 2, "l:x"),
				new Request(B, 3, "l:x"), heartbeat(A, 3)));
		log.add((record instanceof Expel expel) ? new Expel(B, 4, expel.target(), expel.lastSeen(), 1) : record);
		table.seal();
		for (int i = 0; i < log.size(); i++) {
			table.apply(new Position(1, i), log.get(i));
		}
		return (table.front("l:x") == null) ? "nobody" : table.front("l:x").session().equals(A) ? "A" : "B";
	}

	private static Heartbeat heartbeat(UUID session, long sequence) {
		return new Heartbeat(session, sequence, sequence == 0, new SessionInfo("node", 6000, 2000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of());
	}

	private static boolean told() throws Exception {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			InMemoryNode node = cluster.node("a");
			CompletableFuture<Void> event = new CompletableFuture<>();
			node.addListener((each) -> {
				if (each instanceof LockLost) {
					event.complete(null);
				}
			});
			CompletableFuture<Void> told = new CompletableFuture<>();
			LockHandle held = node.obtain("x").acquire(Duration.ofSeconds(5));
			held.onLost((lost) -> told.complete(null));
			node.loseNow("x");
			event.get(10, TimeUnit.SECONDS);
			// One pool notifies all listeners, in any order.
			return toldSoon(told);
		}
	}

	private static boolean toldSoon(CompletableFuture<Void> told) throws Exception {
		try {
			told.get(2, TimeUnit.SECONDS);
			return true;
		}
		catch (java.util.concurrent.TimeoutException ex) {
			return false;
		}
	}

	private static String encoded() {
		return HexFormat.of().formatHex(RecordCodec.encode(new Request(A, 2, "l:x")));
	}

	private static String decoded(String hex) {
		try {
			return RecordCodec.decode(HexFormat.of().parseHex(hex)).toString();
		}
		catch (UnreadableRecordException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

}
