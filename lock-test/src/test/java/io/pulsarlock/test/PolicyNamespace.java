package io.pulsarlock.test;

import java.time.Duration;
import java.util.UUID;

import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * A namespace of its own for the locks of one test, which sets its policies by the
 * requests that Pulsar's commands send.
 */
final class PolicyNamespace {

	private final String name = "n" + UUID.randomUUID();

	private final PulsarBroker broker;

	private final AdminCommands admin;

	PolicyNamespace(PulsarBroker broker) {
		this.broker = broker;
		this.admin = new AdminCommands(broker.adminUrl());
		broker.admin().createNamespace(path());
	}

	/** Tenant and name. */
	String path() {
		return "public/" + this.name;
	}

	TopicSettings topics() {
		return TopicSettings.of("policy").in("public", this.name);
	}

	/** Sets a policy, to a value in JSON. */
	void set(String policy, String value) {
		this.admin.request("POST namespaces/" + path() + "/" + policy + " " + value);
	}

	void delete() {
		this.admin.request("DELETE namespaces/" + path() + " ");
	}

	/** Carries out every command of a message, in its order. */
	void carryOut(String message) {
		this.admin.carryOut(message);
	}

	/** Locks here, to be configured further. */
	PulsarLocks locks(Duration lease, Duration grace) {
		return locks(this.broker.serviceUrl(), lease, grace);
	}

	PulsarLocks locks(String url, Duration lease, Duration grace) {
		return PulsarLocks.at(url).topics(topics()).times(lease, grace);
	}

}
