package io.github.mmupgrade.server;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.ListeningSockets;
import io.github.mmupgrade.host.ListeningSockets.Port;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.host.Users;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Who listens on which TCP port. */
public final class PortWatch {

    private final Processes processes;
    private final ListeningSockets sockets;
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
        this.sockets = new ListeningSockets(processes);
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

    /** Who stands in the way of a server that wants to listen there; empty when nobody does. */
    public Optional<PortOwner> owner(ListenAddress address) {
        List<InetAddress> wanted = address.addresses();
        return owner(sockets.ports().stream()
                .filter(socket -> socket.port() == address.port())
                .filter(socket ->
                        wanted.isEmpty() || socket.address().isAnyLocalAddress() || wanted.contains(socket.address()))
                .toList());
    }

    /** Who listens on a port, on whichever address; empty when nobody does. */
    public Optional<PortOwner> owner(int port) {
        return owner(
                sockets.ports().stream().filter(socket -> socket.port() == port).toList());
    }

    /** Whether a process listens on any port. */
    boolean listens(long pid) {
        Set<String> files = sockets.ports().stream().map(Port::file).collect(Collectors.toSet());
        return processes.openFiles(pid).stream().anyMatch(files::contains);
    }

    private Optional<PortOwner> owner(List<Port> listening) {
        if (listening.isEmpty()) {
            return Optional.empty();
        }
        Set<String> files = listening.stream().map(Port::file).collect(Collectors.toSet());
        // of a parent and the child that inherited its socket, the parent counts: all() goes by number
        Optional<ProcessInfo> holder = processes.all().stream()
                .filter(p -> processes.openFiles(p.pid()).stream().anyMatch(files::contains))
                .findFirst();
        Port first = listening.get(0);
        return Optional.of(new PortOwner(first.port(), holder.orElse(null), first.uid(), userName.apply(first.uid())));
    }
}
