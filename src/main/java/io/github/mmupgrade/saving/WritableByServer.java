package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the server's own user could write to where root is about to write for it. That user says where the server's
 * files are: named a directory of root's, the user would have it emptied, filled, and be given it.
 */
public final class WritableByServer {

    private WritableByServer() {}

    /**
     * Looks at the places with the eyes of the server's user. Does nothing unless this runs as root and the server does
     * not.
     *
     * @param places where the parts of a backup go; only what a server writes into is looked at
     * @throws RefusedException when the user cannot write to one of them that lies outside the installation
     */
    public static void require(Host host, Installation installation, Owner user, Map<String, Path> places) {
        objection(host, installation, user, places).ifPresent(found -> {
            throw new RefusedException(found.what() + " Nothing was changed.", found.hint());
        });
    }

    /**
     * The same right before root writes, when the server's user may have named other places since.
     *
     * @throws StageFailedException when the user cannot write to one of them
     */
    public static void requireStill(Host host, Installation installation, Owner user, Map<String, Path> places) {
        objection(host, installation, user, places).ifPresent(found -> {
            throw new StageFailedException(found.what(), found.hint());
        });
    }

    private record Objection(String what, Hint hint) {}

    private static Optional<Objection> objection(
            Host host, Installation installation, Owner user, Map<String, Path> places) {
        try (Trees trees = new Trees(host, user)) {
            if (trees.user() == null) {
                return Optional.empty();
            }
            for (String part : BackupSources.WRITTEN) {
                Path target = places.get(part);
                if (target != null && !isWritable(trees, installation, target)) {
                    return Optional.of(objection(host, user, part, target));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new RefusedException(
                    "The directories of the server's files cannot be checked: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Fix this, then run the goal again."),
                    e);
        }
    }

    private static boolean isWritable(Trees trees, Installation installation, Path target) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        Path place = trees.get().exists(absolute) ? absolute : absolute.getParent();
        Path real = trees.get().real(place);
        return real.startsWith(installation.directory()) || userMayChange(trees, real);
    }

    private static boolean userMayChange(Trees trees, Path directory) throws IOException {
        try {
            return trees.userMayChange(directory);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Objection objection(Host host, Owner user, String part, Path target) {
        String name = new Users(host).user(user.uid());
        return new Objection(
                "The server runs as user " + name + ", which cannot write to " + target + ", where '" + part
                        + "' belongs. Root does not write there for that user.",
                Hint.of("Create " + target + " and give it to user " + name
                        + " if it is the server's; otherwise correct"
                        + (part.equals(BackupSource.FILE_STORE) ? " FileSettings.Directory." : " the link.")));
    }
}
