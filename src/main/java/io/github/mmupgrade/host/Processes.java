package io.github.mmupgrade.host;

import io.github.mmupgrade.report.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * The processes of a host, read from {@code /proc} (proc(5)).
 *
 * <p>A process can end while it is read: it is then left out, never an error.
 */
public final class Processes {

    /** USER_HZ of Linux on every architecture that Mattermost is built for. */
    private static final long TICKS_PER_SECOND = 100;

    /** Where {@link #stat} has the start of a process, in ticks since the boot. */
    private static final int START = 19;

    private static final String DELETED = " (deleted)";

    private final Path proc;

    /** The processes of a host. */
    public Processes(Host host) {
        this(host.path("/proc"));
    }

    /**
     * The processes below a directory that looks like {@code /proc}.
     *
     * @param proc the directory
     */
    public Processes(Path proc) {
        this.proc = proc;
    }

    /** The directory that is read. */
    public Path directory() {
        return proc;
    }

    /** The process group of a process, which is the number of its first leader; empty when there is no such process. */
    public Optional<Long> group(long pid) {
        try {
            String stat = read(proc.resolve(Long.toString(pid)).resolve("stat"));
            return Optional.of(
                    Long.valueOf(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** All processes that could be read, those that ended but were not waited for included. */
    public List<ProcessInfo> all() {
        List<ProcessInfo> found = new ArrayList<>();
        Optional<Instant> boot = bootTime();
        for (long pid : numbers()) {
            find(pid, boot).ifPresent(found::add);
        }
        return found;
    }

    /**
     * Those of {@link #all()} that a look at two links of each, which costs much less, does not rule out.
     *
     * @param possible asked about program and working directory; each null where it cannot be read
     */
    public List<ProcessInfo> all(BiPredicate<Path, Path> possible) {
        List<ProcessInfo> found = new ArrayList<>();
        Optional<Instant> boot = bootTime();
        for (long pid : numbers()) {
            Path directory = proc.resolve(Long.toString(pid));
            try {
                if (possible.test(target(directory.resolve("exe")), link(directory.resolve("cwd")))) {
                    find(pid, boot).ifPresent(found::add);
                }
            } catch (NoSuchFileException e) {
                // it belongs to the kernel, or has ended
            }
        }
        return found;
    }

    /** One process; empty when there is none with this number. */
    public Optional<ProcessInfo> find(long pid) {
        return find(pid, bootTime());
    }

    private Optional<ProcessInfo> find(long pid, Optional<Instant> boot) {
        Path directory = proc.resolve(Long.toString(pid));
        try {
            String[] fields = stat(pid);
            long ticks = Long.parseLong(fields[START]);
            Map<String, String> status = status(directory);
            Owner owner = new Owner(second(status.get("Uid")), second(status.get("Gid")));
            String umask = status.get("Umask");
            return Optional.of(new ProcessInfo(
                    new ProcessId(pid, ticks),
                    Long.parseLong(fields[1]),
                    fields[0].charAt(0),
                    owner,
                    link(directory.resolve("exe")),
                    link(directory.resolve("cwd")),
                    zeroSeparated(read(directory.resolve("cmdline"))),
                    boot.orElseThrow().plusMillis(ticks * 1000 / TICKS_PER_SECOND),
                    umask == null ? null : Integer.valueOf(umask, 8)));
        } catch (IOException | RuntimeException gone) {
            return Optional.empty();
        }
    }

    /** What {@code stat} says behind the name: state, parent and so on. */
    private String[] stat(long pid) throws IOException {
        String stat = read(proc.resolve(pid + "/stat"));
        // the second field is the name in parentheses and may hold anything, parentheses and spaces too
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    /** Whether this very process (not another one with its number) still runs; one that only waits to be reaped doesn't. */
    public boolean runs(ProcessId id) {
        try {
            String[] fields = stat(id.pid());
            return Long.parseLong(fields[START]) == id.startTicks() && !ProcessInfo.isEnded(fields[0].charAt(0));
        } catch (IOException | RuntimeException gone) {
            return false;
        }
    }

    /** The processes that descend from one, children first; not itself. */
    public List<ProcessInfo> descendants(long pid) {
        Map<Long, Long> parents = new LinkedHashMap<>();
        for (long each : numbers()) {
            try {
                parents.put(each, Long.valueOf(stat(each)[1]));
            } catch (IOException | RuntimeException gone) {
                // it has no children any more
            }
        }
        List<Long> family = new ArrayList<>(List.of(pid));
        for (int i = 0; i < family.size(); i++) {
            long parent = family.get(i);
            parents.forEach((child, its) -> {
                if (its == parent && !family.contains(child)) {
                    family.add(child);
                }
            });
        }
        return family.stream().skip(1).map(this::find).flatMap(Optional::stream).toList();
    }

    /** The numbers of this process and of all those it descends from. */
    public Set<Long> selfAndAncestors() {
        Set<Long> line = new HashSet<>();
        try {
            long pid = Long.parseLong(
                    Files.readSymbolicLink(proc.resolve("self")).getFileName().toString());
            while (pid > 0 && line.add(pid)) {
                pid = find(pid).map(ProcessInfo::parent).orElse(0L);
            }
        } catch (IOException | NumberFormatException e) {
            return line;
        }
        return line;
    }

    /**
     * The environment that a process was started with. It holds secrets.
     *
     * @return the variables in their order; empty when they can't be read (not root, or gone)
     */
    public Optional<Map<String, String>> environment(long pid) {
        try {
            Map<String, String> variables = new LinkedHashMap<>();
            for (String entry : zeroSeparated(read(proc.resolve(pid + "/environ")))) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    variables.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            return Optional.of(Collections.unmodifiableMap(variables));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The control groups of a process, such as {@code /system.slice/mattermost.service}; empty when not known. */
    public List<String> controlGroups(long pid) {
        try {
            return read(proc.resolve(pid + "/cgroup"))
                    .lines()
                    .map(line -> line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1))
                    .filter(group -> group.length() > 1)
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** What the open file descriptors of a process point to, such as {@code socket:[4711]}; empty when not readable. */
    public List<String> openFiles(long pid) {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(proc.resolve(pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                Path target = link(descriptor);
                if (target != null) {
                    targets.add(target.toString());
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return targets;
        }
        return targets;
    }

    private List<Long> numbers() {
        List<Long> numbers = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path entry : entries) {
                numbers.add(Long.parseLong(entry.getFileName().toString()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("The processes cannot be listed: " + proc + ": " + IoReason.of(e), e);
        }
        Collections.sort(numbers);
        return numbers;
    }

    /** Empty when it cannot be read. Making this file costs the kernel more than anything else here. */
    private Optional<Instant> bootTime() {
        try {
            return Optional.of(read(proc.resolve("stat"))
                    .lines()
                    .filter(line -> line.startsWith("btime "))
                    .findFirst()
                    .map(line -> Instant.ofEpochSecond(
                            Long.parseLong(line.substring(6).strip())))
                    .orElse(Instant.EPOCH));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Map<String, String> status(Path directory) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        read(directory.resolve("status")).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    /** The effective one of the four numbers real, effective, saved, file system. */
    private static int second(String numbers) {
        return Integer.parseInt(numbers.split("\\s+")[1]);
    }

    private static Path link(Path link) {
        try {
            return target(link);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Null when it cannot be read. */
    private static Path target(Path link) throws NoSuchFileException {
        try {
            Path target = Files.readSymbolicLink(link);
            String text = target.toString();
            return text.endsWith(DELETED)
                    ? target.resolveSibling(target.getFileName()
                            .toString()
                            .substring(0, target.getFileName().toString().length() - DELETED.length()))
                    : target;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    private static List<String> zeroSeparated(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        return List.of((text.endsWith("\0") ? text.substring(0, text.length() - 1) : text).split("\0", -1));
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
