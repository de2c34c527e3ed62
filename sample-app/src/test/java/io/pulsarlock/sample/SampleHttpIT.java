package io.pulsarlock.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the sample promises, asked over HTTP.
 */
class SampleHttpIT {

	private static final List<Integer> ALL = List.of(1, 2, 3);

	private static RunningDemo demo;

	@BeforeAll
	static void start() throws IOException {
		demo = RunningDemo.shared();
		ALL.forEach(demo::awaitInTouch);
	}

	@Test
	void threeNodesHaveOneLeaderAndKnowEachOther() {
		demo.leader(ALL);
		await().untilAsserted(() -> {
			for (int node : ALL) {
				assertThat(
						demo.node(node).get("sessions").valueStream().map((session) -> session.get("node").asString()))
					.contains("node-1", "node-2", "node-3");
			}
		});
	}

	@Test
	void stockIsNotOversold() {
		assertThat(demo.send("PUT", demo.url(1) + "/api/campaigns/spring/coupons/HTTP?stock=100").join().statusCode())
			.isEqualTo(200);
		List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 200)
			.mapToObj((i) -> demo.send("POST", demo.url(1 + i % 3) + "/api/coupons/HTTP/redeem"))
			.toList();
		List<HttpResponse<String>> answers = calls.stream().map(CompletableFuture::join).toList();
		assertThat(answers.stream()
			.filter((answer) -> answer.statusCode() == 200)
			.map((answer) -> demo.read(answer.body()).get("number").asInt())).hasSize(100).doesNotHaveDuplicates();
		assertThat(answers.stream()
			.filter((answer) -> answer.statusCode() != 200)
			.map((answer) -> demo.read(answer.body()).get("reason").asString())).hasSize(100).containsOnly("sold-out");
		JsonNode coupon = demo.node(2)
			.get("coupons")
			.valueStream()
			.filter((each) -> each.get("code").asString().equals("HTTP"))
			.findFirst()
			.orElseThrow();
		assertThat(coupon.get("redemptions").asInt()).isEqualTo(100);
		assertThat(coupon.get("redeemed").asInt()).isEqualTo(100);
	}

	@Test
	void frozenCouponIsNotRedeemed() {
		String coupon = demo.url(2) + "/api/coupons/COLD";
		demo.send("PUT", demo.url(1) + "/api/campaigns/spring/coupons/COLD?stock=1").join();
		demo.send("POST", coupon + "/freeze").join();
		assertThat(demo.send("POST", coupon + "/redeem").join().body()).contains("\"frozen\"");
		demo.send("POST", coupon + "/unfreeze").join();
		assertThat(demo.send("POST", coupon + "/redeem").join().statusCode()).isEqualTo(200);
	}

	@Test
	void noMoreThanTwoNodesSendAtOnce() {
		ALL.forEach((node) -> assertThat(demo.send("POST", demo.url(node) + "/api/newsletter").join().statusCode())
			.isEqualTo(200));
		Set<String> senders = new TreeSet<>();
		await().atMost(Duration.ofSeconds(20)).until(() -> {
			List<String> sending = senders("sending");
			assertThat(sending).hasSizeLessThanOrEqualTo(2);
			senders.addAll(sending);
			return sending.size() == 2 && senders("waiting").size() == 1;
		});
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			List<String> sending = senders("sending");
			assertThat(sending).hasSizeLessThanOrEqualTo(2);
			senders.addAll(sending);
			return senders.size() == 3 && sending.isEmpty();
		});
	}

	private static List<String> senders(String part) {
		return demo.node(2).get("newsletter").get(part).valueStream().map(JsonNode::asString).toList();
	}

	@Test
	@Tag("proof")
	void digestGoesOnWithoutDuplicateWhenTheLeaderIsKilled() {
		int killed = demo.leader(ALL);
		List<Integer> others = others(killed);
		demo.control(killed, "kill");
		int next = demo.leader(others);
		awaitDigestOf(next);
		demo.control(killed, "restart");
		demo.awaitInTouch(killed);
		assertThat(demo.leads(killed)).isFalse();
	}

	@Test
	@Tag("proof")
	void pausedNodeKnowsThatItLost() throws InterruptedException {
		int paused = demo.leader(ALL);
		int other = others(paused).get(0);
		demo.send("POST", demo.url(paused) + "/api/job").join();
		await().until(() -> demo.node(paused).get("job").get("done").asInt() >= 2);
		demo.control(paused, "pause");
		long begin = System.nanoTime();
		try {
			// Skipped as long as the paused node has the lock; then it goes on.
			await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofSeconds(1)).until(() -> {
				demo.send("POST", demo.url(other) + "/api/job").join();
				return demo.node(other).get("job").get("node").asString().equals("node-" + other);
			});
			long rest = Duration.ofSeconds(20).minusNanos(System.nanoTime() - begin).toMillis();
			Thread.sleep(Math.max(rest, 0));
		}
		finally {
			demo.control(paused, "resume");
		}
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			JsonNode node = demo.node(paused);
			assertThat(node.get("leads")).isEmpty();
			assertThat(node.get("events").toString()).contains("no longer leads 'digest'", "has lost 'stock-taking'");
			assertThat(node.get("job").get("here").asString()).startsWith("stopped, the lock was lost");
		});
		JsonNode job = demo.node(other).get("job");
		assertThat(job.get("node").asString()).isEqualTo("node-" + other);
		assertThat(job.get("done").asInt()).isGreaterThan(2);
		awaitDigestOf(demo.leader(others(paused)));
	}

	@Test
	@Tag("proof")
	void nodeThatIsCutOffSaysUnknownAndComesBack() {
		int cut = others(demo.leader(ALL)).get(0);
		demo.control(cut, "cut");
		await().atMost(Duration.ofSeconds(30)).until(() -> !demo.node(cut).get("inTouch").asBoolean());
		HttpResponse<String> answer = demo.send("POST", demo.url(cut) + "/api/coupons/SPRING-1/redeem").join();
		assertThat(answer.statusCode()).isEqualTo(503);
		assertThat(answer.body()).contains("\"unknown\"");
		demo.control(cut, "mend");
		demo.awaitInTouch(cut);
	}

	@Test
	void groupThatIsNotThereIsNotMadeByAskingForIt() {
		List<String> before = groups();
		assertThat(demo.send("POST", demo.url(1) + "/api/groups/any-name/resign").join().statusCode()).isEqualTo(404);
		assertThat(groups()).isEqualTo(before).doesNotContain("any-name");
	}

	private static List<String> groups() {
		return demo.read(demo.send("GET", demo.url(1) + "/actuator/pulsarlocks").join().body())
			.get("groups")
			.valueStream()
			.map((group) -> group.get("name").asString())
			.toList();
	}

	@Test
	void foreignNameForTheNodeIsNotServed() throws Exception {
		URI url = URI.create(demo.url(1));
		for (String host : List.of("evil.example", "evil.example:" + url.getPort())) {
			assertThat(answerTo(url, host)).startsWith("HTTP/1.1 403");
		}
		assertThat(answerTo(url, "localhost:" + url.getPort())).startsWith("HTTP/1.1 200");
	}

	private static String answerTo(URI url, String host) throws IOException {
		try (Socket socket = new Socket(url.getHost(), url.getPort())) {
			socket.getOutputStream()
				.write(("GET /api/node HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@Test
	void takenPortIsNamed() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(errorOf("--nodes=1", "--port=" + taken.getLocalPort()))
				.contains("Port " + taken.getLocalPort() + " is taken", "--port=");
		}
	}

	@Test
	void unknownOptionIsExplained() throws Exception {
		assertThat(errorOf("--node=5")).contains("Unknown: --node=5", "--nodes=5");
		assertThat(errorOf("--nodes=many")).contains("must be a number");
		assertThat(errorOf("--pulsar=localhost")).contains("pulsar://localhost:6650");
	}

	private static String errorOf(String... args) throws Exception {
		Process process = RunningDemo.start(args).start();
		String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).isEqualTo(1);
		return error;
	}

	private static List<Integer> others(int node) {
		return Stream.of(1, 2, 3).filter((each) -> each != node).toList();
	}

	/** Another node sends, nothing was sent twice, and what was missed is made up for. */
	private static void awaitDigestOf(int node) {
		int before = demo.node(node).get("digest").get("sent").asInt();
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			JsonNode digest = demo.node(node).get("digest");
			assertThat(digest.get("sent").asInt()).isGreaterThanOrEqualTo(before + 2);
			JsonNode slots = digest.get("slots");
			assertThat(slots.get(slots.size() - 1).get("node").asString()).isEqualTo("node-" + node);
			assertThat(digest.get("duplicates").asInt()).isZero();
			// A node killed between record and mail costs one.
			assertThat(digest.get("missing").asInt()).isLessThanOrEqualTo(1);
		});
	}

}
