package io.pulsarlock.console;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.pulsarlock.ClusterView;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests for everything below the path of the console.
 */
final class Console {

	/** A page of another site cannot send it without asking this application first. */
	static final String HEADER = "X-Pulsar-Lock-Console";

	private static final Set<String> READING = Set.of("GET", "HEAD");

	private final PulsarLockConsoleProperties properties;

	private final LockMonitor monitor;

	private final Leadership leadership;

	private final ClusterWatch watch;

	private final ConsoleOperations operations;

	private final ConsoleFiles files = new ConsoleFiles();

	Console(PulsarLockConsoleProperties properties, LockMonitor monitor, Leadership leadership, ClusterWatch watch,
			ConsoleOperations operations) {
		this.properties = properties;
		this.monitor = monitor;
		this.leadership = leadership;
		this.watch = watch;
		this.operations = operations;
	}

	String path() {
		return this.properties.path();
	}

	ConsoleResponse answer(ConsoleRequest request) {
		String path = request.path();
		if (this.properties.writes() && path.equals("/api/end")) {
			return request.method().equals("POST") ? end(request) : notAllowed("POST");
		}
		if (!READING.contains(request.method())) {
			return notAllowed("GET, HEAD");
		}
		return switch (path) {
			// So that what the page names is looked for below it.
			case "" -> ConsoleResponse.of(302, Map.of("Location", this.properties.path().replaceFirst(".*/", "") + "/",
					"Cache-Control", "no-store"), new byte[0]);
			case "/api/state" -> ConsoleResponse.json(state(ConsoleQuery.of(request)));
			case "/api/detail" -> detail(request);
			case "/api/token" -> token(request);
			default -> file(request);
		};
	}

	private static ConsoleResponse notAllowed(String allowed) {
		ConsoleResponse response = ConsoleResponse.error(405, "Allowed: " + allowed);
		response.headers().put("Allow", allowed);
		return response;
	}

	private ConsoleResponse file(ConsoleRequest request) {
		ConsoleResponse file = this.files.get(request.path().substring(1), request.header("If-None-Match"));
		return (file != null) ? file : ConsoleResponse.error(404, "There is no such page");
	}

	private Map<String, Object> state(ConsoleQuery query) {
		Map<String, Object> state = new LinkedHashMap<>();
		state.put("node", this.monitor.node());
		state.put("refreshMillis", this.properties.refresh().toMillis());
		state.put("writes", this.properties.writes());
		state.put("statistics", statistics(this.monitor.statistics()));
		try {
			ClusterReport report = report();
			state.put("totals", report.totals());
			state.put("locks", report.locks(query));
			state.put("groups", report.groups(query));
			state.put("rests", report.rests(query));
			state.put("nodes", report.nodes(query));
			state.put("inTouch", true);
		}
		catch (LockUnavailableException ex) {
			// What was known before is not shown: it may have changed since.
			state.put("inTouch", false);
			state.put("reason", String.valueOf(ex.getMessage()));
		}
		state.put("timeline", this.watch.timeline().after(query.epoch(), query.after()));
		return state;
	}

	private ClusterReport report() {
		ClusterView view = this.watch.view();
		return new ClusterReport(view, this.leadership.groups());
	}

	private static Map<String, Object> statistics(LockStatistics statistics) {
		return Map.of("confirmed", statistics.confirmed(), "held", statistics.held(), "waiting", statistics.waiting(),
				"silenceMillis", statistics.silence().toMillis(), "unread", statistics.unread(), "skipped",
				statistics.skipped());
	}

	private ConsoleResponse detail(ConsoleRequest request) {
		String name = request.parameter("name");
		String kind = request.parameter("kind");
		if (name == null || kind == null) {
			return ConsoleResponse.error(400, "The parameters 'kind' and 'name' are required");
		}
		try {
			ClusterReport report = report();
			Map<String, Object> detail = switch (kind) {
				case "locks" -> report.lock(name);
				case "groups" -> report.group(name);
				case "rests" -> report.rest(name);
				case "nodes" -> report.node(name);
				default -> null;
			};
			Map<String, Object> answer = new LinkedHashMap<>();
			answer.put("found", detail != null);
			answer.put("detail", detail);
			return ConsoleResponse.json(answer);
		}
		catch (LockUnavailableException ex) {
			return ConsoleResponse.json(Map.of("found", false, "reason", String.valueOf(ex.getMessage())));
		}
	}

	private ConsoleResponse token(ConsoleRequest request) {
		if (!this.properties.writes()) {
			return ConsoleResponse.error(404, "Writes are not enabled");
		}
		ConsoleRequest.Token token = isOwnPage(request) ? request.csrf().token() : null;
		return ConsoleResponse
			.json((token != null) ? Map.of("header", token.header(), "value", token.value()) : Map.of());
	}

	private ConsoleResponse end(ConsoleRequest request) {
		if (!isOwnPage(request)) {
			return ConsoleResponse.error(403, "Only the page of the console may send this request. Behind a proxy, set "
					+ "server.forward-headers-strategy, so that the application knows the address of the browser");
		}
		String kind = request.parameter("kind");
		String name = request.parameter("name");
		String job = request.parameter("job");
		Map<String, Object> answer = (kind != null && name != null)
				? this.operations.end(kind, name, (job != null) ? job : "", request.user()) : null;
		return (answer != null) ? ConsoleResponse.json(answer)
				: ConsoleResponse.error(400, "The parameters 'kind' and 'name' are required");
	}

	/**
	 * Whether it comes from the page itself. The header alone keeps other sites out,
	 * unless the application lets them send whatever they like.
	 */
	private static boolean isOwnPage(ConsoleRequest request) {
		if (request.header(HEADER) == null) {
			return false;
		}
		// Says it best, but is sent only to https and to this machine.
		String site = request.header("Sec-Fetch-Site");
		if (site != null) {
			return site.equals("same-origin");
		}
		String origin = request.header("Origin");
		return origin == null || origin.toLowerCase(Locale.ROOT).equals(origin(request.uri()));
	}

	private static @Nullable String origin(URI uri) {
		if (uri.getScheme() == null || uri.getHost() == null) {
			return null;
		}
		String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
		boolean usual = uri.getPort() < 0 || uri.getPort() == (scheme.equals("https") ? 443 : 80);
		return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (usual ? "" : ":" + uri.getPort());
	}

}
