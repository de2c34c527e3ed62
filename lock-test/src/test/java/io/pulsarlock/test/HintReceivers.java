package io.pulsarlock.test;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Receives for several nodes in a JVM of their own, each with a client of its own. A
 * message carries the monotonic time of its sending, which is the same clock in all
 * processes of a machine, and the number of the node it is meant for. Arguments: url,
 * topic, transport and the number of nodes. At every line of input it prints what it has
 * measured since the last one.
 */
final class HintReceivers {

	private final List<Long> nanos = new ArrayList<>();

	private long others;

	private HintReceivers() {
	}

	public static void main(String[] args) throws Exception {
		OutageNode.logAsByDefault();
		HintReceivers receivers = new HintReceivers();
		HintTransport transport = HintTransport.valueOf(args[2]);
		for (int i = 0; i < Integer.parseInt(args[3]); i++) {
			int node = i;
			PulsarClient client = PulsarClient.builder().serviceUrl(args[0]).build();
			transport.subscribe(client, args[1], "node-" + i, (consumer, message) -> receivers.receive(node, message));
		}
		System.out.println("READY");
		BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		long processor = system.getProcessCpuTime();
		while (orders.readLine() != null) {
			long now = system.getProcessCpuTime();
			receivers.print(now - processor);
			processor = now;
		}
	}

	private synchronized void receive(int node, Message<byte[]> message) {
		long now = System.nanoTime();
		ByteBuffer content = ByteBuffer.wrap(message.getValue());
		long sent = content.getLong();
		if (content.getInt() == node) {
			this.nanos.add(now - sent);
		}
		else {
			this.others++;
		}
	}

	private synchronized void print(long processor) {
		this.nanos.sort(null);
		System.out.printf("MEASURED p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, %d received, %d for others, %d ms of CPU%n",
				at(0.5), at(0.9), at(0.99), this.nanos.size(), this.others, processor / 1_000_000);
		this.nanos.clear();
		this.others = 0;
	}

	private double at(double share) {
		return this.nanos.isEmpty() ? Double.NaN : this.nanos.get((int) (share * (this.nanos.size() - 1))) / 1e6;
	}

}
