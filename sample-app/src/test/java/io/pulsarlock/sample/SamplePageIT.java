package io.pulsarlock.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The same in a real browser: Debian's packages {@code chromium} and
 * {@code chromium-driver}, or Google's. Leaves screenshots in {@code target/screenshots}.
 */
@Tag("proof")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SamplePageIT {

	private static final List<String> BROWSERS = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser",
			"/usr/bin/google-chrome");

	private static final List<String> DRIVERS = List.of("/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver",
			"/usr/lib/chromium-browser/chromedriver");

	private static @Nullable ChromeDriver browser;

	@BeforeAll
	static void open() throws IOException {
		String binary = find(BROWSERS);
		String driver = find(DRIVERS);
		if (binary == null || driver == null) {
			String missing = "No browser for the tests of the page: install chromium and chromium-driver";
			assertThat(System.getenv("CI_BROWSER")).as(missing).isNotEqualTo("required");
			Assumptions.abort(missing);
		}
		RunningDemo demo = RunningDemo.shared();
		List.of(1, 2, 3).forEach(demo::awaitInTouch);
		ChromeOptions options = new ChromeOptions().setBinary(binary)
			.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
					"--window-size=1280,1500", "--lang=en");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		browser = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(Path.of(driver).toFile()).build(), options);
		browser.get(demo.url(1) + "/");
	}

	/** Refusals and dead nodes are shown in the page, and are no errors of it. */
	@AfterEach
	void browserHasNoErrors() {
		assertThat(browser().manage().logs().get(LogType.BROWSER).getAll())
			.noneMatch((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue());
	}

	@AfterAll
	static void close() {
		if (browser != null) {
			browser.quit();
		}
	}

	@Test
	@Order(1)
	void showsThreeNodesAndOneLeader() {
		await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
			assertThat(states()).containsExactly("running", "running", "running");
			assertThat(leaders()).hasSize(1);
		});
		assertThat(text("#source")).isEqualTo("As node-1 sees it.");
	}

	@Test
	@Order(2)
	void redeemsExactlyWhatIsInStock() {
		await().until(() -> browser().findElement(By.id("issue")).isEnabled());
		List<String> before = coupons();
		browser().findElement(By.id("issue")).click();
		await().until(() -> coupons().size() > before.size());
		String code = coupons().stream().filter((each) -> !before.contains(each)).findFirst().orElseThrow();
		WebElement coupon = browser().findElement(By.cssSelector("#coupons tr[data-coupon=" + code + "]"));
		coupon.findElement(By.cssSelector("[data-action=redeem]")).click();
		await().atMost(Duration.ofSeconds(40))
			.untilAsserted(() -> assertThat(text("#burst")).contains("200 attempts from 3 nodes",
					": 100 redeemed, 100 sold-out."));
		await().untilAsserted(() -> assertThat(coupon.getText()).contains("100 of 100", "sold out"));
		screenshot("redeemed");
	}

	@Test
	@Order(3)
	void followsTheLeadershipThroughResignation() {
		String leader = leader();
		click(leader, "resign");
		await().atMost(Duration.ofSeconds(20)).until(() -> leaders().size() == 1 && !leaders().contains(leader));
	}

	@Test
	@Order(4)
	void showsANewLeaderWhenTheOldOneIsKilled() {
		String killed = leader();
		int sent = sent();
		click(killed, "kill");
		await().until(() -> state(killed).equals("dead"));
		screenshot("killed");
		await().atMost(Duration.ofSeconds(30))
			.until(() -> leaders().size() == 1 && !leaders().contains(killed) && sent() > sent + 3);
		assertThat(text("#digest-summary")).contains(" 0 twice");
		assertThat(text("#log")).contains(killed + ": the process is dead");
		screenshot("new-leader");
		click(killed, "restart");
		await().atMost(Duration.ofSeconds(60)).until(() -> state(killed).equals("running"));
	}

	@Test
	@Order(5)
	void pausedNodeComesBackAndKnowsThatItLost() {
		String paused = leader();
		click(paused, "pause");
		await().until(() -> state(paused).equals("paused"));
		screenshot("paused");
		// A leader that is silent but connected is replaced after a lease, and at the
		// latest after two.
		await().atMost(Duration.ofSeconds(40)).until(() -> leaders().size() == 1 && !leaders().contains(paused));
		await().atMost(Duration.ofSeconds(40))
			.untilAsserted(() -> assertThat(node(paused).getText()).contains("running", "no longer leads 'digest'"));
		assertThat(text("#digest-summary")).contains(" 0 twice");
		screenshot("returned");
	}

	@Test
	@Order(6)
	void showsWhoSharesThePermits() {
		List.of("node-1", "node-2", "node-3").forEach((name) -> click(name, "send"));
		await().atMost(Duration.ofSeconds(20))
			.ignoreException(StaleElementReferenceException.class)
			.untilAsserted(() -> {
				assertThat(senders("sending")).hasSize(2).doesNotHaveDuplicates();
				assertThat(senders("waiting")).hasSize(1);
			});
		screenshot("newsletter");
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(senders("sending")).isEmpty());
	}

	@Test
	@Order(7)
	void showsALockInTheConsoleWhileItIsHeld() throws IOException {
		// The job takes half a minute, on whichever node.
		click("node-1", "job");
		await().untilAsserted(() -> assertThat(browser().findElements(By.cssSelector("#consoles a"))).hasSize(3)
			.allMatch(WebElement::isDisplayed));
		browser().findElement(By.linkText("Console of node-1")).click();
		await().atMost(Duration.ofSeconds(40))
			.untilAsserted(() -> assertThat(text("#locks tbody")).containsPattern("stock-taking\\s+node-\\d"));
		assertThat(text("#origin")).isEqualTo("As node-1 sees it");
		assertThat(text("#groups tbody")).contains("digest");
		assertThat(text("#nodes tbody")).contains("node-1", "node-2", "node-3");
		await().untilAsserted(() -> assertThat(text("#entries")).contains("digest"));
		screenshot("console");
		browser().get(RunningDemo.shared().url(1) + "/");
		await().untilAsserted(() -> assertThat(text("#source")).isEqualTo("As node-1 sees it."));
	}

	@Test
	@Order(8)
	void worksInTheDarkOnNarrowScreensAndByKeyboard() {
		browser().executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
		screenshot("dark");
		browser().manage().window().setSize(new Dimension(500, 1400));
		browser().executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", 360, "height", 1400, "deviceScaleFactor", 1, "mobile", true));
		assertThat((Long) browser().executeScript("return document.documentElement.scrollWidth"))
			.isLessThanOrEqualTo(360);
		screenshot("narrow");
		browser().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
		// Every control can be reached and has a name; redrawing does not take the focus.
		assertThat(browser().findElements(By.cssSelector("button:not([hidden])"))).allSatisfy((button) -> {
			assertThat(button.getAccessibleName()).isNotBlank();
			assertThat(button.getDomProperty("tabIndex")).isEqualTo("0");
		});
		browser().executeScript("document.getElementById('issue').focus()");
		await().during(Duration.ofSeconds(2))
			.atMost(Duration.ofSeconds(4))
			.until(() -> "issue".equals(browser().switchTo().activeElement().getDomAttribute("id")));
	}

	private static ChromeDriver browser() {
		ChromeDriver open = browser;
		if (open == null) {
			throw new IllegalStateException("No browser");
		}
		return open;
	}

	private static @Nullable String find(List<String> paths) {
		return paths.stream().filter((path) -> Files.isExecutable(Path.of(path))).findFirst().orElse(null);
	}

	private static String text(String selector) {
		return browser().findElement(By.cssSelector(selector)).getText();
	}

	private static WebElement node(String name) {
		return browser().findElement(By.cssSelector("#nodes > li[data-key=" + name + "]"));
	}

	private static String state(String name) {
		return String.valueOf(node(name).getDomAttribute("data-state"));
	}

	private static List<String> coupons() {
		return browser().findElements(By.cssSelector("#coupons th")).stream().map(WebElement::getText).toList();
	}

	private static List<String> senders(String list) {
		return browser().findElements(By.cssSelector("#" + list + " li")).stream().map(WebElement::getText).toList();
	}

	private static List<String> states() {
		return Stream.of("node-1", "node-2", "node-3").map(SamplePageIT::state).toList();
	}

	/** Those that say so themselves. */
	private static List<String> leaders() {
		return Stream.of("node-1", "node-2", "node-3")
			.filter((name) -> node(name).findElement(By.className("leader")).getText().equals("leads digest"))
			.toList();
	}

	private static String leader() {
		return await().atMost(Duration.ofSeconds(30))
			.until(SamplePageIT::leaders, (leaders) -> leaders.size() == 1)
			.get(0);
	}

	private static int sent() {
		return Integer.parseInt(text("#digest-summary").split(" ")[0]);
	}

	private static void click(String node, String action) {
		await().ignoreException(StaleElementReferenceException.class).untilAsserted(() -> {
			WebElement button = node(node).findElement(By.cssSelector("[data-action=" + action + "]"));
			assertThat(button.isDisplayed()).isTrue();
			button.click();
		});
	}

	private static void screenshot(String name) {
		try {
			Path dir = Files.createDirectories(Path.of("target", "screenshots"));
			Files.write(dir.resolve(name + ".png"), browser().getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
