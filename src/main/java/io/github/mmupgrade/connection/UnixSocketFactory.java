package io.github.mmupgrade.connection;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.util.ConfigurableSocketFactory;

/** Makes both JDBC drivers use a local socket; they build it by name and are the only ones that do. */
public final class UnixSocketFactory extends ConfigurableSocketFactory {

    /** The property of a connection that holds the socket's path for the MariaDB driver. */
    static final String PATH = "unixSocketPath";

    private Path path;

    /** For the MariaDB driver, which hands in the path by {@link #setConfiguration}. */
    public UnixSocketFactory() {}

    /** For the PostgreSQL driver, which hands in its property {@code socketFactoryArg}. */
    public UnixSocketFactory(String path) {
        this.path = Path.of(path);
    }

    @Override
    public void setConfiguration(Configuration configuration, String host) {
        path = Path.of(configuration.nonMappedOptions().getProperty(PATH));
    }

    @Override
    public Socket createSocket() {
        return new UnixSocket(path);
    }

    @Override
    public Socket createSocket(String host, int port) {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        return createSocket();
    }
}
