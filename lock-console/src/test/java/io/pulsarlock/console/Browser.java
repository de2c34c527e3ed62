package io.pulsarlock.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A real browser: Debian's packages {@code chromium} and {@code chromium-driver}, or
 * Google's. Leaves screenshots in {@code target/screenshots}.
 */
final class Browser implements AutoCloseable {

	private static final List<String> BROWSERS = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser",
			"/usr/bin/google-chrome");

	private static final List<String> DRIVERS = List.of("/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver",
			"/usr/lib/chromium-browser/chromedriver");

	private final ChromeDriver driver;

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	static Browser open() {
		String binary = find(BROWSERS);
		String driver = find(DRIVERS);
		if (binary == null || driver == null) {
			String missing = "No browser for the tests of the console: install chromium and chromium-driver";
			assertThat(System.getenv("CI_BROWSER")).as(missing).isNotEqualTo("required");
			Assumptions.abort(missing);
			throw new IllegalStateException();
		}
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		ChromeOptions options = new ChromeOptions().setBinary(binary)
			.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
					"--window-size=1280,1100", "--lang=en");
		options.setCapability("goog:loggingPrefs", logs);
		return new Browser(new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(Path.of(driver).toFile()).build(), options));
	}

	private static @Nullable String find(List<String> paths) {
		return paths.stream().filter((path) -> Files.isExecutable(Path.of(path))).findFirst().orElse(null);
	}

	void go(String url) {
		this.driver.get("about:blank");
		this.driver.get(url);
	}

	String text(String selector) {
		return String.valueOf(this.driver
			.executeScript("return (document.querySelector(arguments[0]) ?? {innerText: ''}).innerText", selector));
	}

	WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	List<String> texts(String selector) {
		Object texts = this.driver.executeScript(
				"return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector);
		return ((List<?>) texts).stream().map(String::valueOf).toList();
	}

	Object run(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	/** To whatever has the focus. */
	void press(CharSequence... keys) {
		this.driver.switchTo().activeElement().sendKeys(keys);
	}

	void tab() {
		press(Keys.TAB);
	}

	String focused() {
		return String.valueOf(run("return document.activeElement.id || document.activeElement.innerText"));
	}

	void scheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	void width(int width, int height) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 700));
	}

	void command(String command, Map<String, Object> parameters) {
		this.driver.executeCdpCommand(command, parameters);
	}

	/** What the browser has written to its console since the last call. */
	List<String> errors() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::toString)
			.toList();
	}

	/**
	 * What a machine finds of barriers, by the rules of WCAG 2.2 AA and good practice.
	 */
	List<String> barriers() {
		try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
			this.driver.executeScript(new String(script.readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Object found = this.driver.executeAsyncScript(
				"""
						const done = arguments[arguments.length - 1];
						axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
							.then((result) => done(result.violations.map((violation) => violation.id + ': ' + violation.help + ' '
								+ violation.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | '))));
						""");
		return ((List<?>) found).stream().map(String::valueOf).toList();
	}

	void screenshot(String name) {
		try {
			Path dir = Files.createDirectories(Path.of("target", "screenshots"));
			Files.write(dir.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
