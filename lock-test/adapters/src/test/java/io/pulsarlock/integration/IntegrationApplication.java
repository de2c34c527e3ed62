package io.pulsarlock.integration;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Set;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.pulsarlock.Leadership;
import io.pulsarlock.adapters.Protocol;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Pollers;
import org.springframework.integration.jdbc.store.JdbcMessageStore;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.store.MessageGroup;
import org.springframework.integration.store.MessageGroupStore;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.messaging.MessageChannel;

/**
 * An application that was written for Spring Integration with a registry on Redis. Only
 * its registry and its leader initiator were changed. Reads messages from its standard
 * input, a group and a part in each line.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableIntegration
public class IntegrationApplication {

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(IntegrationApplication.class, args);
				BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
			MessageChannel orders = context.getBean("orders", MessageChannel.class);
			Protocol.print("application", "ready");
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				String[] words = line.split(" ");
				orders.send(MessageBuilder.withPayload(words[1]).setHeader("group", words[0]).build());
				Protocol.print("sent-" + words[0], words[1]);
			}
		}
	}

	@Bean
	DataSource dataSource(@Value("${test.database}") String url) {
		return new DriverManagerDataSource(url);
	}

	@Bean
	JdbcMessageStore messageStore(DataSource dataSource) {
		return new JdbcMessageStore(dataSource);
	}

	@Bean
	IntegrationFlow ordersFlow(LockRegistry<?> lockRegistry, MessageGroupStore messageStore) {
		return IntegrationFlow.from("orders")
			.aggregate((aggregator) -> aggregator.correlationExpression("headers.group")
				.releaseStrategy(IntegrationApplication::isComplete)
				.outputProcessor((group) -> group.getOne().getHeaders().get("group"))
				.expireGroupsUponCompletion(true)
				.messageStore(messageStore)
				.lockRegistry(lockRegistry))
			.handle((message) -> run("group-" + message.getPayload(), 300))
			.get();
	}

	private static boolean isComplete(MessageGroup group) {
		return group.getMessages()
			.stream()
			.map((message) -> message.getPayload())
			.collect(Collectors.toSet())
			.equals(Set.of("a", "b"));
	}

	@Bean
	IntegrationFlow pollerFlow() {
		return IntegrationFlow
			.fromSupplier(() -> "poll",
					(endpoint) -> endpoint.role("poller").autoStartup(false).poller(Pollers.fixedDelay(50)))
			.handle((message) -> run("poll", 50))
			.get();
	}

	@Bean
	PulsarLeaderInitiator leaderInitiator(Leadership leadership) {
		return new PulsarLeaderInitiator(leadership, new DefaultCandidate("node-1", "poller"));
	}

	private static void run(String job, long millis) {
		Protocol.print(job, "begin");
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		Protocol.print(job, "end");
	}

}
