package io.github.mmupgrade.installation;

import io.github.mmupgrade.files.RawName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is mounted where, bind mounts included, which a file's device number does not tell.
 *
 * @param points the mount points
 */
public record Mounts(Set<Path> points) {

    /** Space, tab, newline and backslash are written as octal numbers (proc(5), "/proc/pid/mountinfo"). */
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    /** Copies the set. */
    public Mounts {
        points = Set.copyOf(points);
    }

    /**
     * A file system at one of its places.
     *
     * @param id the number of the mount
     * @param device the file system's number, such as {@code 253:0}
     * @param root which of its directories is mounted, a {@link RawName}
     * @param point where, a {@link RawName}
     * @param type such as {@code ext4}
     * @param options those of the file system, such as {@code rw,upperdir=/a}
     */
    public record Mount(int id, String device, String root, String point, String type, String options) {}

    /**
     * Reads a file in the format of {@code /proc/self/mountinfo}.
     *
     * @throws UncheckedIOException when it can't be read
     */
    public static Mounts read(Path mountinfo) {
        Set<Path> points = new TreeSet<>();
        for (Mount mount : list(mountinfo)) {
            points.add(RawName.resolve(Path.of("/"), mount.point().substring(1)));
        }
        return new Mounts(points);
    }

    /**
     * Everything that such a file says, in its order: of several mounts at one point the last one is seen.
     *
     * @throws UncheckedIOException when it can't be read
     */
    public static List<Mount> list(Path mountinfo) {
        List<Mount> mounts = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(mountinfo, StandardCharsets.ISO_8859_1)) {
                // a number of optional fields stands before the dash
                String[] halves = line.split(" - ", 2);
                String[] fields = halves[0].split(" ", -1);
                String[] system = halves.length == 2 ? halves[1].split(" ", -1) : new String[0];
                if (fields.length > 4 && fields[4].startsWith("/")) {
                    mounts.add(new Mount(
                            Integer.parseInt(fields[0]),
                            fields[2],
                            unescape(fields[3]),
                            unescape(fields[4]),
                            system.length > 0 ? system[0] : "",
                            system.length > 2 ? unescape(system[2]) : ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The mount points cannot be read from " + mountinfo, e);
        }
        return mounts;
    }

    /**
     * Reads where the file systems belong that are mounted when the host starts.
     *
     * @param table a file in the format of {@code /etc/fstab}; none is none
     * @throws UncheckedIOException when it can't be read
     */
    public static Mounts foreseen(Path table) {
        Set<Path> points = new TreeSet<>();
        try {
            if (Files.exists(table)) {
                for (String line : Files.readAllLines(table)) {
                    String[] fields = line.strip().split("\\s+");
                    if (!line.strip().startsWith("#")
                            && fields.length > 2
                            && fields[1].startsWith("/")
                            // what is mounted by hand only may be away
                            && (fields.length < 4
                                    || !List.of(fields[3].split(",")).contains("noauto"))) {
                        points.add(Path.of(unescape(fields[1])).normalize());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The mount points cannot be read from " + table, e);
        }
        return new Mounts(points);
    }

    private static String unescape(String field) {
        return OCTAL.matcher(field)
                .replaceAll(
                        found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
    }

    /** Whether a file system is mounted exactly there. */
    public boolean isMountPoint(Path real) {
        return points.contains(real);
    }

    /** Whether a file system is mounted there or further down. */
    public boolean anyWithin(Path real) {
        return points.stream().anyMatch(point -> point.startsWith(real));
    }

    /** The mount point that a path lies under, itself included: the innermost one; the root when there is none. */
    public Path holding(Path real) {
        Path point = real.toAbsolutePath().normalize();
        while (point.getParent() != null && !points.contains(point)) {
            point = point.getParent();
        }
        return point;
    }

    /** The mount points that a path lies under, itself included and the root not, the outermost first. */
    public List<Path> above(Path real) {
        return points.stream()
                .filter(point -> point.getNameCount() > 0 && real.startsWith(point))
                .sorted(Comparator.comparingInt(Path::getNameCount))
                .toList();
    }
}
