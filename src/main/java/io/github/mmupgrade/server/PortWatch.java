package io.github.mmupgrade.server;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.host.Users;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Who listens on which TCP port, from {@code /proc/net/tcp} and {@code tcp6}. */
public final class PortWatch {

    private static final String LISTENING = "0A";

    private final Processes processes;
    private final IntFunction<String> userName;

    /** The ports of a host. */
    public PortWatch(Host host) {
        this(new Processes(host), new Users(host)::user);
    }

    /** The ports of processes, whose users have numbers only. */
    PortWatch(Processes processes) {
        this(processes, Integer::toString);
    }

    private PortWatch(Processes processes, IntFunction<String> userName) {
        this.processes = processes;
        this.userName = userName;
    }

    /**
     * Who holds a port.
     *
     * @param port the port
     * @param process the process that listens; null when it can't be told, which takes root
     * @param uid as whom the socket was opened
     * @param user what that user is called; the number of one who has no name
     */
    public record PortOwner(int port, ProcessInfo process, int uid, String user) {
        @Override
        public String toString() {
            return process == null ? "a process of user " + user : process.program() + " (pid " + process.pid() + ")";
        }
    }

    private record Socket(InetAddress address, int port, int uid, String inode) {}

    /** Who stands in the way of a server that wants to listen there; empty when nobody does. */
    public Optional<PortOwner> owner(ListenAddress address) {
        List<InetAddress> wanted = address.addresses();
        return owner(sockets().stream()
                .filter(socket -> socket.port() == address.port())
                .filter(socket ->
                        wanted.isEmpty() || socket.address().isAnyLocalAddress() || wanted.contains(socket.address()))
                .toList());
    }

    /** Who listens on a port, on whichever address; empty when nobody does. */
    public Optional<PortOwner> owner(int port) {
        return owner(sockets().stream().filter(socket -> socket.port() == port).toList());
    }

    /** Whether a process listens on any port. */
    boolean listens(long pid) {
        Set<String> inodes = sockets().stream()
                .map(socket -> "socket:[" + socket.inode() + "]")
                .collect(Collectors.toSet());
        return processes.openFiles(pid).stream().anyMatch(inodes::contains);
    }

    private Optional<PortOwner> owner(List<Socket> listening) {
        if (listening.isEmpty()) {
            return Optional.empty();
        }
        Set<String> inodes = listening.stream()
                .map(socket -> "socket:[" + socket.inode() + "]")
                .collect(Collectors.toSet());
        // of a parent and the child that inherited its socket, the parent counts: all() goes by number
        Optional<ProcessInfo> holder = processes.all().stream()
                .filter(p -> processes.openFiles(p.pid()).stream().anyMatch(inodes::contains))
                .findFirst();
        Socket first = listening.get(0);
        return Optional.of(new PortOwner(first.port(), holder.orElse(null), first.uid(), userName.apply(first.uid())));
    }

    private List<Socket> sockets() {
        List<Socket> sockets = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Path file = processes.directory().resolve(table);
            try {
                Files.readAllLines(file).stream().skip(1).forEach(line -> {
                    String[] fields = line.strip().split("\\s+");
                    if (fields.length > 9 && fields[3].equals(LISTENING)) {
                        int colon = fields[1].indexOf(':');
                        sockets.add(new Socket(
                                address(fields[1].substring(0, colon)),
                                Integer.parseInt(fields[1].substring(colon + 1), 16),
                                Integer.parseInt(fields[7]),
                                fields[9]));
                    }
                });
            } catch (IOException noSuchProtocol) {
                // a host without IPv6 has no tcp6
            }
        }
        return sockets;
    }

    /** The kernel prints an address as 32-bit words in its own byte order, which is little endian here. */
    public static InetAddress address(String hexadecimal) {
        byte[] bytes = new byte[hexadecimal.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            int word = i / 4 * 4;
            int from = 2 * (word + 3 - i % 4);
            bytes[i] = (byte) Integer.parseInt(hexadecimal.substring(from, from + 2), 16);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("Not an address of the kernel: " + hexadecimal, e);
        }
    }
}
