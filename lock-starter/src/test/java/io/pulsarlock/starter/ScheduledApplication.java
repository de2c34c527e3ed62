package io.pulsarlock.starter;

import java.time.Instant;

import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.WebApplicationType;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * An application with one job per second for the leader, which prints when it begins and
 * with which term. Ends with its standard input.
 */
@SpringBootApplication(proxyBeanMethods = false)
@EnableScheduling
public class ScheduledApplication {

	public static void main(String[] args) throws Exception {
		new SpringApplicationBuilder(ScheduledApplication.class).web(WebApplicationType.NONE).run(args);
		while (System.in.read() >= 0) {
			// Only the end matters.
		}
		System.exit(0);
	}

	@Scheduled(cron = "* * * * * *")
	@LeaderOnly(oncePerFireTime = true)
	void tick() {
		long second = Instant.now().plusMillis(50).getEpochSecond();
		System.out.println("FIRE " + second + " " + LockContext.current().fencingToken());
	}

}
