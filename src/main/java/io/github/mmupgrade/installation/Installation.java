package io.github.mmupgrade.installation;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A server's directory, such as {@code /opt/mattermost}, with links resolved.
 *
 * @param directory the real path of the directory
 * @param mountPoint whether the directory is itself where a file system is mounted; its siblings are then dot
 *     directories inside it, because a rename does not cross file systems
 */
public record Installation(Path directory, boolean mountPoint) {

    /** What a server's program is called, newest first: both names exist in 5.x, where the newer one is the server. */
    private static final List<String> BINARIES = List.of("mattermost", "platform");

    /** Checks the parts. */
    public Installation {
        Objects.requireNonNull(directory);
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("Not an absolute path: " + directory);
        }
    }

    /**
     * Opens an installation.
     *
     * @param given the directory, or a link to it
     * @param mounts what is mounted on the host
     * @throws RefusedException when no server is installed there
     */
    public static Installation open(Path given, Mounts mounts) {
        Hint hint = Hint.of("Set mattermost.installDirectory to the directory that contains bin/ and config/.");
        Path real;
        try {
            real = given.toRealPath();
        } catch (IOException e) {
            throw new RefusedException("There is no installation at " + given + ". Nothing was changed.", hint, e);
        }
        Installation installation = new Installation(real, mounts.isMountPoint(real));
        if (!Files.isDirectory(real)) {
            throw new RefusedException(
                    "There is no installation at " + given + ": it is not a directory. Nothing was changed.", hint);
        }
        if (!Files.isDirectory(real.resolve("config"))) {
            throw new RefusedException(
                    "There is no installation at " + given + ": it has no config directory. Nothing was changed.",
                    hint);
        }
        return installation;
    }

    /** The last name of the directory; {@code root} for a directory without one. */
    public String name() {
        Path last = directory.getFileName();
        return last == null ? "root" : last.toString();
    }

    /** The directory {@code bin}. */
    public Path bin() {
        return directory.resolve("bin");
    }

    /** The server's program; empty while a half-done install has taken it away. */
    public Optional<Path> binary() {
        return BINARIES.stream()
                .map(bin()::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * The server's program.
     *
     * @throws RefusedException when there is none
     */
    public Path requireBinary() {
        return binary().orElseThrow(() -> new RefusedException(
                "The installation " + directory + " has neither bin/mattermost nor bin/platform. Nothing was changed.",
                Hint.run("An upgrade may have been interrupted there. Show the current state.", Goal.STATUS)));
    }

    /** The configuration directory. */
    public Path config() {
        return directory.resolve("config");
    }

    /** The default place of the configuration. */
    public Path configFile() {
        return config().resolve("config.json");
    }

    /**
     * Who owns the server: the owner of its program, or, while that is away, of its configuration. It is root's only where
     * its directories are, too: whoever has one of them may put a program of root's there, or a link to one.
     *
     * @throws UncheckedIOException when the owner can't be read
     */
    public Owner owner() {
        Path program = binary().orElse(config());
        return Stream.of(program, program.getParent(), directory)
                .map(Installation::ownerOf)
                .filter(owner -> owner.uid() != Owner.ROOT.uid())
                .findFirst()
                .orElse(Owner.ROOT);
    }

    /** Who owns an entry, itself and not what a link leads to. */
    public static Owner ownerOf(Path entry) {
        try {
            FileStat stat = FileStat.of(entry);
            return new Owner(stat.uid(), stat.gid());
        } catch (IOException e) {
            throw new UncheckedIOException("The owner of " + entry + " cannot be read", e);
        }
    }

    /** Where the next release is unpacked: beside the installation, on the same file system. */
    public Path nextDirectory(String version) {
        return mountPoint
                ? directory.resolve(".next-" + version)
                : directory.resolveSibling("." + name() + ".next-" + version);
    }

    /** Where the entries of the release that was replaced go. */
    public Path previousDirectory(String version) {
        return mountPoint
                ? directory.resolve(".previous-" + version)
                : directory.resolveSibling(name() + ".previous-" + version);
    }

    /**
     * The siblings of this installation that are there now.
     *
     * @throws UncheckedIOException when the directory can't be listed
     */
    public List<Path> siblings() {
        Path place = mountPoint ? directory : directory.getParent();
        if (place == null) {
            return List.of();
        }
        try (var entries = Files.list(place)) {
            return entries.filter(this::isSibling).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The directory " + place + " cannot be listed", e);
        }
    }

    private boolean isSibling(Path entry) {
        Path last = entry.getFileName();
        String entryName = last == null ? "" : last.toString();
        return mountPoint
                ? entryName.startsWith(".next-") || entryName.startsWith(".previous-")
                : entryName.startsWith("." + name() + ".next-") || entryName.startsWith(name() + ".previous-");
    }

    /** A name for this installation's state that no other installation of the host has: {@code <name>-<hash>}. */
    public String stateName() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(directory.toString().getBytes(StandardCharsets.UTF_8));
            return name().replaceAll("[^A-Za-z0-9._-]", "_") + "-"
                    + HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
