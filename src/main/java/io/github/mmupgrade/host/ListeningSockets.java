package io.github.mmupgrade.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** The sockets that the processes of a host listen on, from {@code /proc/net} (proc(5)). */
public final class ListeningSockets {

    private static final String TCP_LISTENS = "0A";

    /** {@code __SO_ACCEPTCON}. */
    private static final String UNIX_LISTENS = "00010000";

    private final Processes processes;

    /** Those of a host's processes. */
    public ListeningSockets(Processes processes) {
        this.processes = processes;
    }

    /**
     * A TCP port.
     *
     * @param address the address, or the one that stands for all
     * @param port the port
     * @param uid as whom it was opened
     * @param file what the open file of a process that has it points to, such as {@code socket:[4711]}
     */
    public record Port(InetAddress address, int port, int uid, String file) {}

    /**
     * A UNIX domain socket.
     *
     * @param path the name it was given by whoever opened it; may be relative, and belong to another mount namespace
     * @param file as for {@link Port#file}
     */
    public record Name(String path, String file) {}

    /** The TCP ports. */
    public List<Port> ports() {
        List<Port> ports = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String line : lines(table)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[3].equals(TCP_LISTENS)) {
                    int colon = fields[1].indexOf(':');
                    ports.add(new Port(
                            address(fields[1].substring(0, colon)),
                            Integer.parseInt(fields[1].substring(colon + 1), 16),
                            Integer.parseInt(fields[7]),
                            file(fields[9])));
                }
            }
        }
        return ports;
    }

    /** The UNIX domain sockets that have a name. */
    public List<Name> names() {
        List<Name> names = new ArrayList<>();
        for (String line : lines("net/unix")) {
            // the name is the last field and may hold spaces
            String[] fields = line.strip().split("\\s+", 8);
            if (fields.length == 8 && fields[3].equals(UNIX_LISTENS)) {
                names.add(new Name(fields[7], file(fields[6])));
            }
        }
        return names;
    }

    private static String file(String inode) {
        return "socket:[" + inode + "]";
    }

    /** Without the heading; none for a protocol that this host does not have. */
    private List<String> lines(String table) {
        try {
            // a socket may be named by any bytes
            List<String> lines = Files.readAllLines(processes.directory().resolve(table), StandardCharsets.ISO_8859_1);
            return lines.subList(Math.min(1, lines.size()), lines.size());
        } catch (IOException noSuchProtocol) {
            return List.of();
        }
    }

    /** The kernel prints an address as 32-bit words in its own byte order, which is little endian here. */
    static InetAddress address(String hexadecimal) {
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
