package io.github.mmupgrade.agent;

import io.github.mmupgrade.files.SafeWay;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Json;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Hands a complete backup from one machine to another: its files are listed on both, and what is missing travels as a tar
 * stream. A file counts as there when its size and its time are the same; the backup's own checksums are what is trusted
 * in the end. What a lost connection leaves of a file goes on where it ended.
 */
public final class TreeTransfer {

    private static final String PART = ".part";

    /** A directory that only says that nothing follows: a stream that is cut between two files looks whole, else. */
    private static final String END = "end-of-transfer/";

    private static final int MOST_MODE_BITS = 0777;
    private static final int BUFFER = 1 << 16;

    private TreeTransfer() {}

    /**
     * What is wanted of a tree.
     *
     * @param name a file's path below it
     * @param offset from where on it is wanted, in bytes
     */
    public record Wanted(String name, long offset) {}

    /**
     * What is in a tree: its regular files; its directories, with a slash behind their names; and its links, with a size of
     * -1 and a number that stands for where they point to. Nothing when there is no tree.
     */
    public static List<TreeFile> list(Path tree) throws IOException {
        List<TreeFile> files = new ArrayList<>();
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    if (!directory.equals(tree)) {
                        files.add(new TreeFile(tree.relativize(directory) + "/", 0, 0));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isSymbolicLink()) {
                        files.add(new TreeFile(
                                tree.relativize(file).toString(),
                                -1,
                                Files.readSymbolicLink(file).toString().hashCode()));
                    } else if (attributes.isRegularFile()) {
                        files.add(new TreeFile(
                                tree.relativize(file).toString(),
                                attributes.size(),
                                attributes.lastModifiedTime().toMillis()));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return files;
    }

    /** What a destination has and the source has not, any more; and the last file, which vouches for the others. */
    public static List<Wanted> gone(List<TreeFile> source, List<TreeFile> there, String last) {
        Set<String> names = new HashSet<>();
        source.forEach(file -> names.addAll(List.of(file.name(), file.name() + PART)));
        return there.stream()
                .map(TreeFile::name)
                .filter(name -> !names.contains(name) || name.equals(last))
                .sorted(Comparator.reverseOrder())
                .map(name -> new Wanted(name, 0))
                .toList();
    }

    /**
     * What is still to be sent.
     *
     * @param source the files of the tree
     * @param there what the destination has of it, parts included
     * @param last the file that comes last
     */
    public static List<Wanted> missing(List<TreeFile> source, List<TreeFile> there, String last) {
        Map<String, TreeFile> have = new HashMap<>();
        there.forEach(file -> have.put(file.name(), file));
        List<Wanted> wanted = new ArrayList<>();
        for (TreeFile file : source) {
            TreeFile same = have.get(file.name());
            if (same == null || same.size() != file.size() || same.modified() != file.modified()) {
                TreeFile part = have.get(file.name() + PART);
                // the time of a part is that of its file: a part of another state is of no use
                boolean goesOn = part != null
                        && part.modified() == file.modified()
                        && part.size() >= 0
                        && part.size() < file.size();
                wanted.add(new Wanted(file.name(), goesOn ? part.size() : 0));
            }
        }
        if (wanted.stream().noneMatch(each -> each.name().equals(last))) {
            source.stream().filter(file -> file.name().equals(last)).forEach(file -> wanted.add(new Wanted(last, 0)));
        }
        wanted.sort(Comparator.comparing(each -> each.name().equals(last)));
        return wanted;
    }

    /** Writes files of a tree as a tar stream. */
    public static void pack(Path tree, List<Wanted> wanted, OutputStream out) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(buffered, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (Wanted each : wanted) {
            Path file = tree.resolve(each.name());
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            TarArchiveEntry entry = attributes.isSymbolicLink()
                    ? new TarArchiveEntry(each.name(), TarConstants.LF_SYMLINK)
                    : new TarArchiveEntry(each.name());
            if (attributes.isSymbolicLink()) {
                entry.setLinkName(Files.readSymbolicLink(file).toString());
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
                continue;
            }
            entry.setSize(attributes.isDirectory() ? 0 : attributes.size() - each.offset());
            entry.setLastModifiedTime(
                    FileTime.fromMillis(attributes.lastModifiedTime().toMillis()));
            entry.setMode((Integer) Files.getAttribute(file, "unix:mode") & MOST_MODE_BITS);
            entry.setUserId((Integer) Files.getAttribute(file, "unix:uid"));
            entry.setGroupId((Integer) Files.getAttribute(file, "unix:gid"));
            entry.addPaxHeader("MATTERMOST.offset", Long.toString(each.offset()));
            tar.putArchiveEntry(entry);
            if (attributes.isRegularFile()) {
                try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                    channel.position(each.offset());
                    Channels.newInputStream(channel).transferTo(tar);
                }
            }
            tar.closeArchiveEntry();
        }
        tar.putArchiveEntry(new TarArchiveEntry(END));
        tar.closeArchiveEntry();
        tar.finish();
        buffered.flush();
    }

    /** Root writes by path there, and must not be led elsewhere. */
    private static void requireSafe(Path tree) throws IOException {
        LocalHost host = new LocalHost();
        if (host.self().uid() == 0) {
            Optional<String> objection = SafeWay.objection(tree.toAbsolutePath(), 0, new Users(host));
            if (objection.isPresent()) {
                throw new IOException(
                        tree + " is not safe: " + objection.get() + " and could redirect what is received");
            }
        }
    }

    /**
     * Reads such a stream into a tree; a file has its name once it is whole.
     *
     * @param gone what is removed before
     * @throws IOException when the stream ends early, or names something outside of the tree
     */
    public static void unpack(Path tree, List<Wanted> gone, InputStream in) throws IOException {
        requireSafe(tree);
        Files.createDirectories(tree, Jobs.PRIVATE);
        for (Wanted each : gone) {
            Path file = inside(tree, each.name());
            makeDirectories(tree, file.getParent());
            Files.deleteIfExists(file);
        }
        Map<Path, String> links = new LinkedHashMap<>();
        boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8");
        for (TarArchiveEntry entry = tar.getNextEntry(); ; entry = tar.getNextEntry()) {
            if (entry == null) {
                throw new EOFException("the stream has ended early");
            }
            if (entry.getName().equals(END)) {
                // the padding; whoever sends it must not find the pipe closed
                in.transferTo(OutputStream.nullOutputStream());
                // last, so that nothing is ever written through one
                for (Map.Entry<Path, String> link : links.entrySet()) {
                    Files.deleteIfExists(link.getKey());
                    Files.createSymbolicLink(link.getKey(), Path.of(link.getValue()));
                }
                return;
            }
            Path file = inside(tree, entry.getName());
            makeDirectories(tree, entry.isDirectory() ? file : file.getParent());
            if (entry.isDirectory()) {
                own(file, entry, root);
                continue;
            }
            if (entry.isSymbolicLink()) {
                links.put(file, entry.getLinkName());
                continue;
            }
            if (!entry.isFile()) {
                throw new IOException("not a file: " + entry.getName());
            }
            Path part = file.resolveSibling(file.getFileName() + PART);
            long offset = Long.parseLong(entry.getExtraPaxHeader("MATTERMOST.offset"));
            if (offset == 0) {
                Files.deleteIfExists(part);
            }
            FileTime modified = entry.getLastModifiedTime();
            try (SeekableByteChannel channel = Files.newByteChannel(
                    part, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
                channel.truncate(offset);
                channel.position(offset);
                tar.transferTo(Channels.newOutputStream(channel));
            } finally {
                Files.setLastModifiedTime(part, modified);
            }
            if (Files.size(part) != offset + entry.getRealSize()) {
                throw new IOException(entry.getName() + " has arrived in part");
            }
            own(part, entry, root);
            Files.setLastModifiedTime(part, modified);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Makes directories, and none through a link that an earlier transfer has left: that may lead anywhere. */
    private static void makeDirectories(Path tree, Path directory) throws IOException {
        Path place = tree;
        for (Path name : tree.relativize(directory)) {
            place = place.resolve(name);
            if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(place, Jobs.PRIVATE);
            } else if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("not a directory of this tree: " + place);
            }
        }
    }

    private static void own(Path file, TarArchiveEntry entry, boolean root) throws IOException {
        if (root) {
            Files.setAttribute(file, "unix:gid", (int) entry.getLongGroupId());
            Files.setAttribute(file, "unix:uid", (int) entry.getLongUserId());
        }
        Files.setPosixFilePermissions(file, permissions(entry.getMode()));
    }

    private static Path inside(Path tree, String name) throws IOException {
        Path file = tree.resolve(name).normalize();
        if (!file.startsWith(tree) || file.equals(tree)) {
            throw new IOException("not a file of this tree: " + name);
        }
        return file;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder text = new StringBuilder();
        for (int shift = 8; shift >= 0; shift--) {
            text.append((mode >> shift & 1) == 0 ? '-' : "xwr".charAt(shift % 3));
        }
        return PosixFilePermissions.fromString(text.toString());
    }

    /** The lines that say what is wanted, with an empty one behind them. */
    public static String toLines(List<Wanted> wanted) {
        StringBuilder text = new StringBuilder();
        wanted.forEach(each -> text.append(Json.line(each)).append('\n'));
        return text.append('\n').toString();
    }

    /** Reads such lines, and no byte behind them. */
    static List<Wanted> readLines(InputStream in) throws IOException {
        List<Wanted> wanted = new ArrayList<>();
        while (true) {
            byte[] line = AgentReply.line(in);
            if (line.length == 0) {
                return wanted;
            }
            wanted.add(Json.MAPPER.readValue(line, Wanted.class));
        }
    }
}
