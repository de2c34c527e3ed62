package io.pulsarlock.pulsar;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import org.apache.pulsar.client.api.AuthenticationDataProvider;
import org.apache.pulsar.client.impl.conf.ClientConfigurationData;
import org.apache.pulsar.common.net.ServiceURI;
import org.apache.pulsar.common.util.DefaultPulsarSslFactory;
import org.apache.pulsar.common.util.SecurityUtility;
import org.jspecify.annotations.Nullable;

/**
 * Says why no TLS connection comes about. The client writes the reason to the log and
 * fails with "Connection already closed", whatever it was. So the handshake is made once
 * more, with the client's settings and the TLS of the JDK.
 */
final class TlsProbe {

	private static final int LIMIT_MILLIS = 3000;

	/** So long is waited for what a broker has against the client's certificate. */
	private static final int ALERT_MILLIS = 200;

	private final ClientConfigurationData settings;

	private TlsProbe(ClientConfigurationData settings) {
		this.settings = settings;
	}

	/**
	 * Makes the handshake. Blocks for some seconds at most.
	 * @return what is wrong with TLS, or null if nothing is found to be, or the client
	 * does not use TLS in a way that is known here
	 */
	static @Nullable Reason reason(ClientConfigurationData settings) {
		boolean ours = settings.isUseTls() && !isSet(settings.getProxyServiceUrl())
				&& settings.getSocks5ProxyAddress() == null && settings.getTlsProtocols().isEmpty()
				&& settings.getTlsCiphers().isEmpty()
				&& DefaultPulsarSslFactory.class.getName().equals(settings.getSslFactoryPlugin());
		return ours ? new TlsProbe(settings).reason() : null;
	}

	/** Of several brokers one is enough. */
	private @Nullable Reason reason() {
		Reason reason = null;
		for (String host : ServiceURI.create(this.settings.getServiceUrl()).getServiceHosts()) {
			String text = reason(URI.create("tls://" + host));
			if (text == null) {
				return null;
			}
			reason = new Reason(this.settings.getServiceUrl(), text);
		}
		return reason;
	}

	private @Nullable String reason(URI uri) {
		try (Socket socket = new Socket()) {
			InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
			socket.connect(address, LIMIT_MILLIS);
			socket.setSoTimeout(LIMIT_MILLIS);
			handshake(socket, address);
			return null;
		}
		catch (SSLException ex) {
			return Failures.innermost(ex);
		}
		catch (GeneralSecurityException | IOException | RuntimeException ex) {
			boolean files = ex instanceof GeneralSecurityException || ex.getCause() instanceof GeneralSecurityException;
			// Whatever else it is, TLS is not known to be the reason.
			return files ? "The client's own files cannot be used: " + Failures.innermost(ex) : null;
		}
	}

	private void handshake(Socket socket, InetSocketAddress address) throws IOException, GeneralSecurityException {
		// The client looks for the name of an address in the certificate, if it has one.
		SSLSocket tls = (SSLSocket) context().getSocketFactory()
			.createSocket(socket, address.getHostName(), address.getPort(), true);
		if (this.settings.isTlsHostnameVerificationEnable()) {
			SSLParameters parameters = tls.getSSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			tls.setSSLParameters(parameters);
		}
		tls.startHandshake();
		// From TLS 1.3 on the client has finished before it hears what the broker thinks
		// of its certificate.
		tls.setSoTimeout(ALERT_MILLIS);
		try {
			tls.getInputStream().read();
		}
		catch (SocketTimeoutException ex) {
			// Nothing: the broker waits for the client to speak.
		}
	}

	@SuppressWarnings("deprecation")
	private SSLContext context() throws IOException, GeneralSecurityException {
		AuthenticationDataProvider authentication = this.settings.getAuthentication().getAuthData();
		if (this.settings.isUseKeyStoreTls()) {
			return keyStoreContext();
		}
		Certificate[] trusted = null;
		if (authentication.hasDataForTls() && authentication.getTlsTrustStoreStream() != null) {
			trusted = SecurityUtility.loadCertificatesFromPemStream(authentication.getTlsTrustStoreStream());
		}
		else if (isSet(this.settings.getTlsTrustCertsFilePath())) {
			trusted = SecurityUtility.loadCertificatesFromPemFile(this.settings.getTlsTrustCertsFilePath());
		}
		Certificate[] own = null;
		PrivateKey key = null;
		if (authentication.hasDataForTls()) {
			own = authentication.getTlsCertificates();
			key = authentication.getTlsPrivateKey();
		}
		else if (isSet(this.settings.getTlsCertificateFilePath())) {
			own = SecurityUtility.loadCertificatesFromPemFile(this.settings.getTlsCertificateFilePath());
			key = SecurityUtility.loadPrivateKeyFromPemFile(this.settings.getTlsKeyFilePath());
		}
		return SecurityUtility.createSslContext(this.settings.isTlsAllowInsecureConnection(), trusted, own, key);
	}

	private SSLContext keyStoreContext() throws IOException, GeneralSecurityException {
		TrustManager[] trusted = null;
		if (isSet(this.settings.getTlsTrustStorePath())) {
			TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			factory.init(store(this.settings.getTlsTrustStorePath(), this.settings.getTlsTrustStorePassword()));
			trusted = factory.getTrustManagers();
		}
		KeyManager[] own = null;
		if (isSet(this.settings.getTlsKeyStorePath())) {
			String password = this.settings.getTlsKeyStorePassword();
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(store(this.settings.getTlsKeyStorePath(), password), chars(password));
			own = factory.getKeyManagers();
		}
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(own, trusted, null);
		return context;
	}

	private static KeyStore store(String path, @Nullable String password) throws IOException, GeneralSecurityException {
		return KeyStore.getInstance(new File(path), chars(password));
	}

	private static char[] chars(@Nullable String password) {
		return (password != null) ? password.toCharArray() : new char[0];
	}

	private static boolean isSet(@Nullable String value) {
		return value != null && !value.isBlank();
	}

	/**
	 * What is wrong.
	 *
	 * @param url where
	 * @param text in the words of the JDK
	 */
	record Reason(String url, String text) {

		String cure() {
			if (this.text.contains("certification path") || this.text.contains("trustAnchors")) {
				return "Make the client trust the authority that has signed the broker's certificate, with a"
						+ " PulsarClientBuilderCustomizer that calls tlsTrustCertsFilePath";
			}
			if (this.text.contains("subject alternative") || this.text.contains("No name matching")) {
				return "Set spring.pulsar.client.service-url to a name that is in the broker's certificate,"
						+ " or issue a certificate with this name";
			}
			if (this.text.contains("fatal alert")) {
				return "The broker rejects the client's certificate, or the client has none. Set"
						+ " spring.pulsar.client.authentication.plugin-class-name to"
						+ " org.apache.pulsar.client.impl.auth.AuthenticationTls, and its tlsCertFile and tlsKeyFile to"
						+ " a certificate that the broker trusts";
			}
			if (this.text.contains("SSL message") || this.text.contains("shut down incorrectly")) {
				return "The port does not seem to speak TLS: set spring.pulsar.client.service-url to the broker's TLS"
						+ " port (brokerServicePortTls)";
			}
			return "Correct the TLS settings of the client or of the broker";
		}

	}

}
