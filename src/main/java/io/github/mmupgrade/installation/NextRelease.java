package io.github.mmupgrade.installation;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.files.TreeGift;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Gives an unpacked release the owner, the modes, the capability and the labels of the installed one, while the server still runs:
 * afterwards renames are all that is left.
 */
public final class NextRelease {

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
     * @param made what its directory was when it was made: its name may lie where others write
     * @throws RefusedException when owner or capability can't be set
     */
    public void prepare(Path next, FileStat made) {
        Owner owner = installation.owner();
        if (!owner.equals(host.self()) && owner.equals(Installation.ownerOf(next))) {
            return; // its root is given away last
        }
        try {
            TreeGift.give(next, made, owner, entry -> modeFor(next, entry), tree -> {
                takeCapability(tree, next);
                new SecurityLabels(host).carryOver(installation.directory(), tree, next);
            });
        } catch (IOException e) {
            throw new RefusedException(
                    "The unpacked release " + next + " cannot be given to " + new Users(host).of(owner)
                            + ", the owner of the installation: " + IoReason.of(e)
                            + ". The installation is unchanged.",
                    Hint.of("Run this as root, or as the owner of the installation."),
                    e);
        }
    }

    /** The modes of the installation's directory, of its entries and of its program are the administrator's. */
    private OptionalInt modeFor(Path next, Path entry) throws IOException {
        if (entry.equals(next)) {
            return modeLike(installation.directory(), entry);
        }
        if (entry.getParent().equals(next)) {
            return modeLike(installation.directory().resolve(entry.getFileName()), entry);
        }
        Optional<Path> old = installation.binary();
        return old.isPresent() && binariesOf(next).contains(entry) ? modeLike(old.get(), entry) : OptionalInt.empty();
    }

    private static List<Path> binariesOf(Path next) {
        return Stream.of("mattermost", "platform")
                .map(next.resolve("bin")::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    private static OptionalInt modeLike(Path old, Path fresh) throws IOException {
        if (!Files.exists(old)
                || Files.isDirectory(old) != Files.isDirectory(fresh, LinkOption.NOFOLLOW_LINKS)
                || Files.isSymbolicLink(fresh)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of((Integer) Files.getAttribute(old, "unix:mode") & 0777);
    }

    /** By path, because setcap knows no other way: through the handle of a directory that is still ours. */
    private void takeCapability(SecureTree tree, Path next) throws IOException {
        Path old = installation.binary().orElse(null);
        if (old == null || host.which("getcap").isEmpty()) {
            return;
        }
        CommandResult found = host.run(Command.of("getcap", old.toString()).build());
        if (!found.output().contains(CAPABILITY)) {
            return;
        }
        for (Path fresh : binariesOf(next)) {
            Path held = tree.held(fresh);
            requireOurs(held.getParent(), fresh.getParent());
            run(
                    Command.of("setcap", CAPABILITY + "=+ep", held.toString()).build(),
                    "The program " + fresh + " cannot be given " + CAPABILITY + ", which the installed one has",
                    "Run this as root, on a file system that supports extended attributes.");
        }
    }

    /** Whether a directory that is held is still this user's, so that nobody else exchanges anything in it. */
    private void requireOurs(Path held, Path shown) throws IOException {
        if (FileStat.of(held.resolve(".")).uid() != host.self().uid()) {
            throw new IOException(shown + " was replaced in the meantime");
        }
    }

    private void run(Command command, String failure, String hint) {
        CommandResult result = host.run(command);
        if (!result.succeeded()) {
            throw new RefusedException(
                    failure + " (" + result.tail() + "). The installation is unchanged.", Hint.of(hint));
        }
    }
}
