package io.pulsarlock.sample.page;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.sample.SampleProperties;
import io.pulsarlock.sample.coupon.CouponService;
import io.pulsarlock.sample.digest.DigestReport;
import io.pulsarlock.sample.job.JobRunner;
import io.pulsarlock.sample.newsletter.NewsletterRunner;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * What the page asks of this node.
 */
@RestController
@RequestMapping("/api")
class NodeController {

	private final LockMonitor monitor;

	private final Leadership leadership;

	private final NodeEvents events;

	private final CouponService coupons;

	private final DigestReport digest;

	private final JobRunner job;

	private final NewsletterRunner newsletter;

	private final SampleProperties properties;

	private final List<SseEmitter> pages = new CopyOnWriteArrayList<>();

	NodeController(LockMonitor monitor, Leadership leadership, NodeEvents events, CouponService coupons,
			DigestReport digest, JobRunner job, NewsletterRunner newsletter, SampleProperties properties) {
		this.monitor = monitor;
		this.leadership = leadership;
		this.events = events;
		this.coupons = coupons;
		this.digest = digest;
		this.job = job;
		this.newsletter = newsletter;
		this.properties = properties;
	}

	@GetMapping("/node")
	Snapshot snapshot() {
		ClusterView view = null;
		String trouble = "";
		try {
			view = this.monitor.view();
		}
		catch (LockUnavailableException ex) {
			trouble = ex.getMessage();
		}
		List<String> leads = this.leadership.groups()
			.stream()
			.filter(LeaderGroup::isLeader)
			.map(LeaderGroup::name)
			.toList();
		return Snapshot.of(this.monitor.node(), this.monitor.statistics(), leads, trouble, view, this.events.latest(),
				this.coupons.stock(), this.digest.make(), this.job.state(), this.properties.nodes(),
				this.properties.control());
	}

	/**
	 * Without effect on a node that does not lead. To ask for a group by its name would
	 * make this node a candidate for it, whatever the name is, so that is not done here.
	 */
	@PostMapping("/groups/{group}/resign")
	void resign(@PathVariable String group) {
		this.leadership.groups()
			.stream()
			.filter((each) -> each.name().equals(group))
			.findFirst()
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND))
			.resign();
	}

	@PostMapping("/job")
	void startJob() {
		this.job.start();
	}

	@PostMapping("/newsletter")
	void sendNewsletter() {
		this.newsletter.start();
	}

	@GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter stream() {
		SseEmitter page = new SseEmitter(0L);
		page.onCompletion(() -> this.pages.remove(page));
		page.onError((ex) -> this.pages.remove(page));
		this.pages.add(page);
		return page;
	}

	@Scheduled(fixedDelay = 500)
	void push() {
		if (this.pages.isEmpty()) {
			return;
		}
		Snapshot snapshot = snapshot();
		for (SseEmitter page : this.pages) {
			try {
				page.send(snapshot, MediaType.APPLICATION_JSON);
			}
			catch (IOException | IllegalStateException ex) {
				// The page is gone.
				this.pages.remove(page);
			}
		}
	}

	/** An open stream would hold up the shutdown. */
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.pages.forEach(SseEmitter::complete);
	}

}
