package io.github.mmupgrade.installation;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives an unpacked release the owner, the modes and the capability of the installed one, while the server still runs:
 * afterwards renames are all that is left.
 */
public final class NextRelease {

    private static final Duration LONG = Duration.ofMinutes(10);

    /** The right to listen on ports below 1024; the only one that the vendor's procedure sets. */
    private static final String CAPABILITY = "cap_net_bind_service";

    private final Host host;
    private final Installation installation;

    /** Prepares releases for an installation. */
    public NextRelease(Host host, Installation installation) {
        this.host = host;
        this.installation = installation;
    }

    /**
     * Prepares an unpacked release. Calling it again changes nothing more.
     *
     * @param next the unpacked release
     * @throws RefusedException when owner or capability can't be set
     */
    public void prepare(Path next) {
        takeOwner(next);
        takeModes(next);
        takeCapability(next);
    }

    private void takeOwner(Path next) {
        Owner owner = installation.owner();
        if (owner.equals(Installation.ownerOf(next)) && owner.equals(host.self())) {
            return;
        }
        run(
                Command.of("chown", "-R", "-h", owner.toString(), next.toString())
                        .limit(LONG)
                        .build(),
                "The unpacked release " + next + " can't be given to " + owner + ", the owner of the installation",
                "run as root, or as the owner of the installation");
    }

    private void takeModes(Path next) {
        copyMode(installation.directory(), next);
        try (var entries = Files.list(next)) {
            for (Path entry : entries.toList()) {
                copyMode(installation.directory().resolve(entry.getFileName()), entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The unpacked release " + next + " can't be listed", e);
        }
        installation.binary().ifPresent(old -> binariesOf(next).forEach(fresh -> copyMode(old, fresh)));
    }

    private static List<Path> binariesOf(Path next) {
        return Stream.of("mattermost", "platform")
                .map(next.resolve("bin")::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    private static void copyMode(Path old, Path fresh) {
        try {
            if (Files.exists(old)
                    && Files.isDirectory(old) == Files.isDirectory(fresh, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isSymbolicLink(fresh)) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(old));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The mode of " + old + " can't be given to " + fresh, e);
        }
    }

    private void takeCapability(Path next) {
        Path old = installation.binary().orElse(null);
        if (old == null || host.which("getcap").isEmpty()) {
            return;
        }
        CommandResult found = host.run(Command.of("getcap", old.toString()).build());
        if (!found.output().contains(CAPABILITY)) {
            return;
        }
        for (Path fresh : binariesOf(next)) {
            run(
                    Command.of("setcap", CAPABILITY + "=+ep", fresh.toString()).build(),
                    "The program " + fresh + " can't be given " + CAPABILITY + ", which the installed one has",
                    "run as root on a file system that has extended attributes");
        }
    }

    private void run(Command command, String failure, String hint) {
        CommandResult result = host.run(command);
        if (!result.succeeded()) {
            throw new RefusedException(
                    failure + " (" + result.tail() + "). The installation is as it was.", Hint.of(hint));
        }
    }
}
