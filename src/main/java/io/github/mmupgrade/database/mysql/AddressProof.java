package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.SafeWay;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.ListeningSockets;
import io.github.mmupgrade.host.ListeningSockets.Port;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.host.Users;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether an address leads to a certain process of this host, by what the kernel says of the process's sockets. What a
 * database server says of itself proves nothing: anybody can run one that says the same.
 */
final class AddressProof {

    private final ProcessInfo process;
    private final Users users;
    private final ListeningSockets sockets;
    private final Set<String> open;

    AddressProof(Host host, Processes processes, ProcessInfo process) {
        this.process = process;
        this.users = new Users(host);
        this.sockets = new ListeningSockets(processes);
        this.open = new HashSet<>(processes.openFiles(process.pid()));
    }

    /** Options of MariaDB's programs that lead to the process; empty when the address leads elsewhere, or may. */
    Optional<List<String>> login(DataSource source) {
        try {
            return source.ownSocket().isPresent()
                    ? socket(source.ownSocket().get())
                    : port(
                            source.host(),
                            source.port(),
                            source.parameter("tls").orElse("").equalsIgnoreCase("true"));
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private Optional<List<String>> socket(Path socket) throws IOException {
        int uid = process.owner().uid();
        boolean isItsOwn = SafeWay.objection(socket.getParent(), uid, users).isEmpty()
                && FileStat.of(socket).uid() == uid
                && FileStat.of(socket).kind() != FileStat.Kind.LINK
                && sockets.names().stream()
                        .filter(name -> open.contains(name.file()))
                        .anyMatch(name -> isSame(socket, name.path()));
        // the host would go before the socket
        return isItsOwn ? Optional.of(List.of("--protocol=SOCKET", "--socket=" + socket)) : Optional.empty();
    }

    private static boolean isSame(Path socket, String name) {
        try {
            return Files.isSameFile(socket, Path.of(name));
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /**
     * A name may have addresses that nobody listens on yet, and others later: the one that was looked at is the one that is
     * used, which a certificate does not name.
     */
    private Optional<List<String>> port(String host, int port, boolean verified) throws UnknownHostException {
        List<Port> ports =
                sockets.ports().stream().filter(each -> each.port() == port).toList();
        return Stream.of(InetAddress.getAllByName(host))
                .filter(address -> {
                    List<Port> there = ports.stream()
                            .filter(each -> each.address().isAnyLocalAddress()
                                    || each.address().equals(address))
                            .toList();
                    return !there.isEmpty() && there.stream().allMatch(each -> open.contains(each.file()));
                })
                .map(InetAddress::getHostAddress)
                .filter(address -> !verified || address.equals(host))
                .findFirst()
                .map(address -> List.of("--host=" + address));
    }
}
