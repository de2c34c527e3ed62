package io.pulsarlock.sample.digest;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;

import io.pulsarlock.LockMonitor;
import io.pulsarlock.sample.SampleProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.MailSender;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.stereotype.Component;

/**
 * Sends mails and records that it did. There is a mail sender if {@code spring.mail.host}
 * is set; without one the record is all.
 */
@Component
class Outbox {

	private static final Log logger = LogFactory.getLog(Outbox.class);

	private final ObjectProvider<MailSender> mailSender;

	private final JdbcClient jdbc;

	private final LockMonitor monitor;

	private final String to;

	Outbox(ObjectProvider<MailSender> mailSender, JdbcClient jdbc, LockMonitor monitor, SampleProperties properties) {
		this.mailSender = mailSender;
		this.jdbc = jdbc;
		this.monitor = monitor;
		this.to = properties.digest().to();
	}

	void send(OffsetDateTime fireTime) {
		SimpleMailMessage mail = new SimpleMailMessage();
		mail.setFrom("sample@example.org");
		mail.setTo(this.to);
		mail.setSubject("Digest of " + fireTime);
		mail.setText("Sent by " + this.monitor.node());
		this.mailSender.ifAvailable((sender) -> sender.send(mail));
		this.jdbc.sql("INSERT INTO digest_mail (fire_time, node, sent_at) VALUES (?, ?, ?)")
			.params(fireTime, this.monitor.node(), OffsetDateTime.now(ZoneOffset.UTC))
			.update();
		logger.info("Digest of " + fireTime + " is sent");
	}

}
