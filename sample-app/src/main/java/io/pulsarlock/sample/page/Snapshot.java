package io.pulsarlock.sample.page;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.sample.coupon.CouponService.CouponStock;
import io.pulsarlock.sample.digest.DigestReport;
import io.pulsarlock.sample.job.JobRunner;
import io.pulsarlock.sample.newsletter.NewsletterRunner;

/**
 * What one node knows and says, for the page.
 *
 * @param node its name
 * @param inTouch whether it is in touch with the cluster
 * @param held how many locks and leaderships it holds
 * @param waiting how many callers wait
 * @param leads the groups it leads by its own knowledge
 * @param trouble why there is no view of the cluster; empty if there is one
 * @param groups the leader groups of the cluster
 * @param sessions the sessions of the cluster
 * @param events what happened to this node
 * @param coupons the coupons in the database
 * @param digest the digest in the database
 * @param job the long job
 * @param newsletter who sends the newsletter
 * @param nodes the addresses of all nodes
 * @param control the address of the demo's launcher
 */
record Snapshot(String node, boolean inTouch, int held, int waiting, List<String> leads, String trouble,
		List<Line> groups, List<Session> sessions, List<NodeEvents.Entry> events, List<CouponStock> coupons,
		DigestReport.Report digest, JobRunner.State job, NewsletterRunner.State newsletter, Map<String, String> nodes,
		String control) {

	/**
	 * One leader group.
	 *
	 * @param name its name
	 * @param holder who is in front of its line
	 */
	record Line(String name, String holder) {

		static Line of(ClusterView.LockView view) {
			return new Line(view.name(), view.holder().node());
		}

	}

	/**
	 * A session of a node in one of the shards.
	 *
	 * @param node the node
	 * @param shard the shard
	 * @param silenceMillis how long ago it was heard
	 */
	record Session(String node, int shard, long silenceMillis) {

		static Session of(ClusterView.SessionView view) {
			return new Session(view.node(), view.shard(), view.silence().toMillis());
		}

	}

	/** Nothing is known while there is no view. */
	private static <T, R> List<R> known(ClusterView view, Function<ClusterView, List<T>> part, Function<T, R> shown) {
		return (view != null) ? part.apply(view).stream().map(shown).toList() : List.of();
	}

	static Snapshot of(String node, LockStatistics statistics, List<String> leads, String trouble, ClusterView view,
			List<NodeEvents.Entry> events, List<CouponStock> coupons, DigestReport.Report digest, JobRunner.State job,
			Map<String, String> nodes, String control) {
		return new Snapshot(node, statistics.confirmed(), statistics.held(), statistics.waiting(), leads, trouble,
				known(view, ClusterView::groups, Line::of), known(view, ClusterView::sessions, Session::of), events,
				coupons, digest, job, (view != null) ? NewsletterRunner.state(view) : NewsletterRunner.State.NONE,
				nodes, control);
	}

}
