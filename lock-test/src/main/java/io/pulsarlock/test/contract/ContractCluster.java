package io.pulsarlock.test.contract;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.LockNode;
import io.pulsarlock.Registration;

/**
 * The cluster the contract is tested on. Made anew for every test.
 *
 * @since 0.1.0
 */
public interface ContractCluster extends AutoCloseable {

	/**
	 * Makes a node that has joined. Nodes made by one cluster share locks with each other
	 * and with no other node.
	 * @param name the node's name
	 * @return a new node; closed by the test
	 */
	LockNode newNode(String name);

	/**
	 * Makes a node that is configured for a number of shards, and does not wait until it
	 * has joined.
	 * @param name the node's name
	 * @param shards the number of shards, from 1
	 * @return a new node; closed by the test
	 * @since 0.2.0
	 */
	LockNode newNode(String name, int shards);

	/**
	 * Ends the session by which a node holds a lock, at once and for good, and with it
	 * whatever else the node holds by the same session. The node and all others are in
	 * reach. As there were no waiters before, the next holder may enter before this one
	 * has read of the end.
	 * @param node who holds it
	 * @param lock the lock's name
	 */
	void loseNow(LockNode node, String lock);

	/**
	 * The same for the leadership of a group.
	 * @param node who leads
	 * @param group the group's name
	 */
	void loseLeadership(LockNode node, String group);

	/**
	 * Keeps a node from hearing of the others and from being heard, while its program
	 * goes on.
	 * @param node the node
	 * @return ends it
	 * @since 0.2.0
	 */
	Registration silence(LockNode node);

	/**
	 * Breaks all connections for much less than the reconnect grace, as a topic that is
	 * unloaded or a network that hiccups does.
	 */
	void breakConnections();

	/** Stops the broker: from now on no request is answered. */
	void stop();

	/** Starts the broker again, with all it had. */
	void resume();

	/**
	 * What the nodes have open at the broker: consumers, producers, subscriptions and
	 * whatever else costs something; without what is meant to stay for ever.
	 * @return one line for each
	 */
	List<String> openObjects();

	/**
	 * The lease of its nodes.
	 * @return the lease
	 */
	Duration lease();

	/**
	 * The reconnect grace of its nodes.
	 * @return the grace
	 */
	Duration reconnectGrace();

	/**
	 * Ends what is left. The nodes are closed already. Closing twice does nothing; then
	 * there are no {@link #openObjects()}.
	 */
	@Override
	void close();

}
