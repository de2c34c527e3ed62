package io.pulsarlock.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.Keys;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page in a real browser.
 */
@Tag("proof")
@SpringBootTest(classes = { ConsoleApplication.class, SteadyLocks.class },
		webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "pulsar-lock.console.enabled=true", "pulsar-lock.console.writes=true",
				"pulsar-lock.console.refresh=500ms" })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsolePageTests {

	private static final Duration LIMIT = Duration.ofSeconds(15);

	private static final String BAD = "~<img src=x onerror=\"document.title='hacked'\">'\"&amp;\n\u202e\u0000 \uD83D\uDD12 "
			+ "x".repeat(300);

	@Autowired
	private InMemoryLockCluster cluster;

	@Autowired
	private LockNode node;

	@Autowired
	private Stall stall;

	@Autowired
	private ClusterWatch watch;

	@LocalServerPort
	private int port;

	private final List<LockHandle> held = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private Browser browser;

	@BeforeAll
	void open() throws InterruptedException {
		this.browser = Browser.open();
		LockNode other = this.cluster.node("node-2");
		LockNode third = this.cluster.node("node-10");
		for (int i = 0; i < 230; i++) {
			this.held.add(other.obtain("order", i).acquire(Duration.ofSeconds(10)));
		}
		this.held.add(this.node.obtain("coupon", "SPRING").acquire(Duration.ofSeconds(10)));
		this.held.add(third.obtain(BAD).acquire(Duration.ofSeconds(10)));
		for (LockNode each : List.of(other, third)) {
			wait(each, "coupon:SPRING");
			each.leadership().group("digest");
		}
		await().until(
				() -> other.leadership().group("digest").isLeader() || third.leadership().group("digest").isLeader());
		this.node.leadership().group("reports");
		await().until(() -> this.node.leadership().group("reports").isLeader());
		await().until(() -> this.node.monitor()
			.view()
			.locks()
			.stream()
			.anyMatch((lock) -> lock.name().equals("coupon:SPRING") && lock.waiters().size() == 2));
	}

	private void wait(LockNode node, String lock) {
		Thread thread = new Thread(() -> {
			try {
				node.obtain(lock).acquire(Duration.ofMinutes(5)).close();
			}
			catch (Exception ex) {
				// The test is over.
			}
		});
		thread.setDaemon(true);
		thread.start();
		this.threads.add(thread);
	}

	@BeforeEach
	void load() {
		this.browser.width(1280, 1100);
		this.browser.scheme("light");
		this.browser.go("http://localhost:" + this.port + "/pulsar-lock/");
		await().atMost(LIMIT).untilAsserted(() -> assertThat(this.browser.text("#status")).isEqualTo("Live"));
	}

	@AfterEach
	void noErrors() {
		assertThat(this.browser.errors()).isEmpty();
	}

	@AfterAll
	void close() {
		this.threads.forEach(Thread::interrupt);
		this.held.forEach(LockHandle::close);
		this.browser.close();
	}

	@Test
	void showsTheCluster() {
		assertThat(this.browser.text("#origin")).isEqualTo("As application sees it");
		assertThat(number("locks")).isEqualTo("232");
		assertThat(number("waitedFor")).isEqualTo("1");
		assertThat(number("waiting")).isEqualTo("2");
		assertThat(number("groups")).isEqualTo("2");
		assertThat(number("nodes")).isEqualTo("3");
		assertThat(this.browser.texts("#nodes tbody th .name")).containsExactly("application", "node-2", "node-10");
		assertThat(this.browser.text("#locks caption")).isEqualTo("1 to 50 of 232 locks");
		assertThat(row("coupon:SPRING")).contains("application", "this node", "2: node-2, node-10");
		assertThat(this.browser.text("#groups tbody")).contains("digest", "reports", "this node");
	}

	/** Its screenshot is the picture in {@code docs/console.md}. */
	@Test
	void showsWhatIsWantedMostAndWhatHasHappened() throws InterruptedException {
		List<LockHandle> more = new ArrayList<>();
		for (String name : List.of("invoice:2026-11", "stock:4711", "customer:Müller")) {
			LockHandle first = this.cluster.node("node-2").obtain(name).acquire(Duration.ofSeconds(10));
			await()
				.until(() -> this.node.monitor().view().locks().stream().anyMatch((lock) -> lock.name().equals(name)));
			this.watch.forget();
			this.watch.look();
			first.close();
			more.add(this.cluster.node("node-10").obtain(name).acquire(Duration.ofSeconds(10)));
		}
		LockNode leader = (this.cluster.node("node-2").leadership().group("digest").isLeader())
				? this.cluster.node("node-2") : this.cluster.node("node-10");
		LockNode next = this.cluster.node(leader.node().equals("node-2") ? "node-10" : "node-2");
		await().untilAsserted(
				() -> assertThat(this.browser.text("#groups tbody")).containsPattern("digest\\s+" + leader.node()));
		leader.leadership().group("digest").resign();
		await().until(() -> next.leadership().group("digest").isLeader());
		await().atMost(LIMIT)
			.untilAsserted(
					() -> assertThat(this.browser.text("#entries")).contains("stock:4711 went from node-2 to node-10",
							next.node() + " follows " + leader.node() + " as first in line for digest"));
		this.browser.find("#sort").sendKeys("longest line");
		await().untilAsserted(() -> assertThat(names()).first().isEqualTo("coupon:SPRING"));
		this.browser.run("document.activeElement.blur()");
		this.browser.width(1280, 860);
		this.browser.screenshot("console");
		more.forEach(LockHandle::close);
		await().atMost(LIMIT).untilAsserted(() -> assertThat(number("locks")).isEqualTo("232"));
	}

	@Test
	void findsOneLockAmongMany() {
		this.browser.find("#search").sendKeys("ORDER:22");
		await().untilAsserted(() -> assertThat(this.browser.text("#locks caption")).isEqualTo("11 locks"));
		this.browser.find("#search").sendKeys("9");
		await().untilAsserted(() -> assertThat(names()).containsExactly("order:229"));
		assertThat(this.browser.run("return location.hash")).isEqualTo("#q=ORDER%3A229");
		this.browser.find("#search").sendKeys("9");
		await().untilAsserted(() -> assertThat(this.browser.text("#locks caption")).isEqualTo("No locks found."));
	}

	@Test
	void showsOnlyWhatIsWaitedFor() {
		this.browser.find("#waited").click();
		await().untilAsserted(() -> assertThat(names()).containsExactly("coupon:SPRING"));
	}

	@Test
	void turnsPagesAndKeepsTheFocus() {
		this.browser.run("document.querySelector('#locks .forth').focus()");
		for (int page = 2; page <= 5; page++) {
			this.browser.press(Keys.ENTER);
			String expected = "Page " + page + " of 5";
			await().untilAsserted(() -> assertThat(this.browser.text("#locks nav")).contains(expected));
		}
		assertThat(this.browser.text("#locks caption")).isEqualTo("201 to 232 of 232 locks");
		this.browser.press(Keys.ENTER);
		assertThat(this.browser.focused()).isEqualTo("Next");
		assertThat(this.browser.find("#locks .forth").getDomAttribute("aria-disabled")).isEqualTo("true");
	}

	@Test
	void nameIsNeverMarkup() {
		this.browser.find("#search").sendKeys("onerror");
		await().untilAsserted(() -> assertThat(names()).hasSize(1));
		assertThat(names().get(0)).contains("~<img src=x onerror=\"document.title='hacked'\">'\"&amp;\\u{a}\\u{202e}");
		this.browser.find("#locks .open").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-facts")).contains("node-10"));
		assertThat(this.browser.text("#detail-title")).contains("<img src=x", "\\u{0}", "\uD83D\uDD12",
				"x".repeat(300));
		assertThat(this.browser.texts("main img, dialog img")).isEmpty();
		assertThat(this.browser.run("return document.title")).isEqualTo("application – Pulsar Lock");
		this.browser.screenshot("odd-name");
	}

	@Test
	void worksByKeyboardAlone() {
		this.browser.run("document.activeElement.blur()");
		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("Skip to the locks");
		this.browser.press(Keys.ENTER);
		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("coupon:SPRING");
		this.browser.press(Keys.ENTER);
		await().untilAsserted(() -> assertThat(this.browser.texts("#detail-line li")).hasSize(2));
		assertThat(this.browser.focused()).isEqualTo("detail-title");
		assertThat(this.browser.find("#detail").getAccessibleName()).isEqualTo("Lock coupon:SPRING");
		this.browser.screenshot("detail");
		this.browser.press(Keys.ESCAPE);
		await().untilAsserted(() -> assertThat(this.browser.focused()).isEqualTo("coupon:SPRING"));
		await().during(Duration.ofSeconds(2))
			.atMost(Duration.ofSeconds(4))
			.until(() -> this.browser.focused().equals("coupon:SPRING"));
	}

	@Test
	void isToldToAScreenReader() {
		for (int width : new int[] { 1280, 320 }) {
			this.browser.width(width, 900);
			assertThat(this.browser.find("#locks table").getAriaRole()).isEqualTo("table");
			assertThat(this.browser.find("#locks table").getAccessibleName()).isEqualTo("1 to 50 of 232 locks");
			assertThat(this.browser.find("#locks tbody tr").getAriaRole()).isEqualTo("row");
			assertThat(this.browser.find("#locks tbody th").getAriaRole()).isEqualTo("rowheader");
			assertThat(this.browser.find("#locks tbody td").getAriaRole()).isEqualTo("cell");
		}
		assertThat(this.browser.find("#search").getAccessibleName()).isEqualTo("Search");
		assertThat(this.browser.find("#filter").getAriaRole()).isEqualTo("search");
		this.browser.run("window.said = []; new MutationObserver(() => said.push(document.getElementById('announcer')"
				+ ".textContent)).observe(document.getElementById('announcer'), { childList: true })");
		this.cluster.node("visitor");
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(this.browser.text("#entries")).contains("visitor has joined"));
		this.cluster.node("visitor").close();
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(String.valueOf(this.browser.run("return said.join()")))
				.contains("visitor no longer has a session"));
	}

	@Test
	void hasNoBarriersThatAMachineFinds() {
		for (String scheme : List.of("light", "dark")) {
			this.browser.scheme(scheme);
			for (int width : new int[] { 320, 768, 1280, 1800 }) {
				this.browser.width(width, 1100);
				this.browser.screenshot(scheme + "-" + width);
				assertThat(this.browser.barriers()).as(scheme + " " + width).isEmpty();
				assertThat((Long) this.browser.run("return document.documentElement.scrollWidth")).as(scheme)
					.isLessThanOrEqualTo(width);
			}
			this.browser.run("[...document.querySelectorAll('#locks .open')].find((each) => "
					+ "each.innerText === 'coupon:SPRING').click()");
			await().untilAsserted(() -> assertThat(this.browser.texts("#detail-actions button")).hasSize(1));
			this.browser.width(320, 900);
			this.browser.screenshot(scheme + "-detail-320");
			assertThat(this.browser.barriers()).as(scheme + " detail").isEmpty();
			this.browser.find("#detail-actions button").click();
			assertThat(this.browser.barriers()).as(scheme + " confirm").isEmpty();
			this.browser.screenshot(scheme + "-confirm-320");
			assertThat(this.browser.focused()).isEqualTo("confirm-no");
			this.browser.press(Keys.ENTER);
			this.browser.press(Keys.ESCAPE);
		}
	}

	@Test
	void movesNothingForWhoeverWantsThat() {
		String moving = "return document.getAnimations().length";
		assertThat((Long) this.browser.run(moving)).isPositive();
		this.browser.command("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
		assertThat((Long) this.browser.run(moving)).isZero();
	}

	@Test
	void showsNoNumberWhenTheNodeIsSilent() {
		assertThat(number("locks")).isEqualTo("232");
		this.stall.begin();
		try {
			await().atMost(Duration.ofSeconds(4))
				.untilAsserted(
						() -> assertThat(this.browser.text("#status")).isIn("Waiting for an answer", "No answer"));
			await().atMost(Duration.ofSeconds(4))
				.untilAsserted(() -> assertThat(this.browser.text("#status")).isEqualTo("No answer"));
			assertThat(this.browser.texts("[data-number]")).containsOnly("–");
			assertThat(this.browser.texts("tbody tr")).isEmpty();
			assertThat(this.browser.text("#banner")).contains("No answer from this node since");
			assertThat(this.browser.find("#banner").getAriaRole()).isEqualTo("alert");
			assertThat(this.browser.barriers()).isEmpty();
			this.browser.screenshot("no-answer");
		}
		finally {
			this.stall.end();
		}
		await().atMost(LIMIT).untilAsserted(() -> assertThat(number("locks")).isEqualTo("232"));
		assertThat(this.browser.text("#banner")).isEmpty();
	}

	@Test
	void showsNoNumberWhenTheNodeIsDead() {
		Map<String, Object> offline = Map.of("offline", true, "latency", 0, "downloadThroughput", 0, "uploadThroughput",
				0);
		this.browser.command("Network.enable", Map.of());
		this.browser.command("Network.emulateNetworkConditions", offline);
		await().atMost(Duration.ofSeconds(4))
			.untilAsserted(() -> assertThat(this.browser.text("#status")).isEqualTo("No answer"));
		assertThat(this.browser.texts("[data-number]")).containsOnly("–");
		this.browser.command("Network.emulateNetworkConditions",
				Map.of("offline", false, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
		await().atMost(LIMIT).untilAsserted(() -> assertThat(number("locks")).isEqualTo("232"));
		// The browser itself says so; no page can keep it from that.
		assertThat(this.browser.errors()).allMatch((error) -> error.contains("ERR_INTERNET_DISCONNECTED"));
	}

	@Test
	void pausesWhenToldTo() {
		this.browser.find("#pause").click();
		assertThat(this.browser.find("#pause").getDomAttribute("aria-pressed")).isEqualTo("true");
		assertThat(this.browser.text("#status")).startsWith("Paused at ");
		this.browser.find("#pause").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#status")).isEqualTo("Live"));
	}

	@Test
	void refusedOperationIsSaidInThePage() {
		this.browser.run("[...document.querySelectorAll('#nodes .open')].find((each) => "
				+ "each.innerText === 'node-2').click()");
		await().untilAsserted(() -> assertThat(this.browser.texts("#detail-line button")).hasSize(2));
		this.browser.find("#detail-line button").click();
		assertThat(this.browser.text("#confirm-title")).isEqualTo("Expel the session?");
		this.browser.find("#confirm-yes").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-result")).startsWith("Refused: Session"));
		this.browser.screenshot("refused");
	}

	@Test
	void releasesALock() throws InterruptedException {
		LockHandle stuck = this.node.obtain("stuck").acquire(Duration.ofSeconds(10));
		this.browser.find("#search").sendKeys("stuck");
		await().untilAsserted(() -> assertThat(names()).containsExactly("stuck"));
		this.browser.find("#locks .open").click();
		await().untilAsserted(() -> assertThat(this.browser.texts("#detail-actions button")).hasSize(1));
		this.browser.find("#detail-actions button").click();
		this.browser.find("#confirm-no").click();
		assertThat(stuck.isHeld()).isTrue();
		this.browser.find("#detail-actions button").click();
		this.browser.find("#confirm-yes").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-result")).isEqualTo("Done."));
		assertThat(stuck.isHeld()).isFalse();
		stuck.close();
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(this.browser.text("#entries")).contains("Released lock 'stuck'",
					"application lost stuck"));
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-note")).contains("No node holds or awaits"));
	}

	@Test
	void releasesALockOfAnotherNode() throws InterruptedException {
		LockHandle stuck = this.cluster.node("node-2").obtain("stuck").acquire(Duration.ofSeconds(10));
		this.browser.find("#search").sendKeys("stuck");
		await().untilAsserted(() -> assertThat(names()).containsExactly("stuck"));
		this.browser.find("#locks .open").click();
		await().untilAsserted(() -> assertThat(this.browser.texts("#detail-actions button")).hasSize(1));
		this.browser.find("#detail-actions button").click();
		assertThat(this.browser.text("#confirm-text")).contains("its holder on node node-2");
		this.browser.find("#confirm-yes").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-result")).isEqualTo("Done."));
		assertThat(stuck.isHeld()).isFalse();
	}

	@Test
	void showsAndEndsARest() throws Exception {
		assertThat(this.browser.find("#rests").isDisplayed()).isFalse();
		try (LockHandle held = this.cluster.node("node-2").obtain("cleaning").acquire(Duration.ofSeconds(10))) {
			held.restFor(Duration.ofHours(1)).get(10, TimeUnit.SECONDS);
		}
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(this.browser.text("#rests")).contains("Resting locks", "1 resting lock",
					"cleaning", "59 min"));
		for (int width : new int[] { 320, 1280 }) {
			this.browser.width(width, 1100);
			assertThat(this.browser.barriers()).as("rests " + width).isEmpty();
		}
		this.browser.find("#rests .open").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-facts")).contains("for another 59 min"));
		assertThat(this.browser.text("#detail-title")).isEqualTo("Resting lock cleaning");
		assertThat(this.browser.barriers()).isEmpty();
		this.browser.screenshot("rest");
		this.browser.find("#detail-actions button").click();
		assertThat(this.browser.text("#confirm-title")).isEqualTo("End the rest?");
		this.browser.find("#confirm-yes").click();
		await().untilAsserted(() -> assertThat(this.browser.text("#detail-result")).isEqualTo("Done."));
		await()
			.untilAsserted(() -> assertThat(this.browser.text("#detail-note")).isEqualTo("This lock does not rest."));
		this.browser.press(Keys.ESCAPE);
		await().untilAsserted(() -> assertThat(this.browser.find("#rests").isDisplayed()).isFalse());
		await().atMost(LIMIT)
			.untilAsserted(
					() -> assertThat(this.browser.text("#entries")).contains("Ended the rest of lock 'cleaning'"));
	}

	private String number(String name) {
		return this.browser.text("[data-number=" + name + "]");
	}

	private List<String> names() {
		return this.browser.texts("#locks tbody .open");
	}

	private String row(String name) {
		return this.browser.texts("#locks tbody tr")
			.stream()
			.filter((text) -> text.startsWith(name))
			.findFirst()
			.orElse("");
	}

}
