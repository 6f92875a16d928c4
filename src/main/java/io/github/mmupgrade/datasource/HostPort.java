package io.github.mmupgrade.datasource;

/**
 * One address of a database server.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {

    /** As URLs have it: {@code db1:5432}, {@code [::1]:5432}. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
