package io.pulsarlock.sample.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;

import org.h2.tools.Server;

/**
 * The database all nodes share: H2 in the memory of this process.
 */
final class Database implements AutoCloseable {

	private final String password = UUID.randomUUID().toString();

	private final Connection connection;

	private final Server server;

	Database() throws SQLException {
		System.setProperty("h2.bindAddress", "127.0.0.1");
		// Created here, so that the server need not let strangers create any.
		this.connection = DriverManager.getConnection("jdbc:h2:mem:sample", "sample", this.password);
		this.server = Server.createTcpServer("-tcpPort", "0", "-tcpDaemon").start();
	}

	String url() {
		return "jdbc:h2:tcp://127.0.0.1:" + this.server.getPort() + "/mem:sample";
	}

	String password() {
		return this.password;
	}

	@Override
	public void close() throws SQLException {
		this.server.stop();
		this.connection.close();
	}

}
