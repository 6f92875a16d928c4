package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Whether the server's user may read what root is about to read for it. That user says where the server's files are:
 * named a directory of root's, the user would have it put into a backup, and be given it by a restore.
 *
 * <p>Asked while the sources are walked, of what the walk has seen anyway. What is the user's own, or everybody's, its
 * mode tells; of the rest, which lists of access may grant or deny, the user is asked.
 */
final class UserRights {

    /** The trees that a server reads and writes. Others may hold what only root is to see. */
    private static final Set<String> TREES = Set.of(BackupSource.FILE_STORE, "plugins", "client-plugins");

    private final Trees trees;

    UserRights(Trees trees) {
        this.trees = trees;
    }

    /** Whether root may read an entry for the server's user; when nothing is read for anybody else, true. */
    boolean mayRead(SourceWalk.Visit visit) throws IOException {
        FileStat stat = visit.stat();
        boolean directory = stat.isDirectory();
        if (trees.user() == null
                || visit.path() == null
                || !(directory || stat.kind() == FileStat.Kind.FILE)
                || !TREES.contains(SourceWalk.topOf(visit.name()))) {
            return true;
        }
        if (isLostAndFound(visit)) {
            return true;
        }
        boolean plain =
                allows(stat, directory ? 05 : 04) && (visit.name().indexOf('/') >= 0 || isEntered(visit.path()));
        return plain || trees.userMayRead(visit.path(), directory);
    }

    /**
     * Whether a copy will be able to read an entry for the server's user. What only the user reaches is not opened to
     * find that out, so the user is asked.
     */
    boolean canRead(SourceWalk.Visit visit) throws IOException {
        if (!mayRead(visit)) {
            return false;
        }
        boolean opened = visit.path() != null
                && (visit.stat().isDirectory() || visit.stat().kind() == FileStat.Kind.FILE);
        return !opened
                || !trees.isReachedAsUser(visit.path())
                || trees.userMayRead(visit.path(), visit.stat().isDirectory());
    }

    /** Every file system of ext has one at its top. What is in it is looked at by itself. */
    private static boolean isLostAndFound(SourceWalk.Visit visit) {
        return visit.stat().isDirectory()
                && visit.stat().uid() == 0
                && visit.name().equals(BackupSource.FILE_STORE + "/lost+found");
    }

    /** Whether the owner, being the user, or everybody has these rights. */
    private boolean allows(FileStat stat, int rights) {
        Owner user = trees.user();
        int all = rights << 6 | rights << 3 | rights;
        return stat.uid() == user.uid() ? (stat.mode() & rights << 6) == rights << 6 : (stat.mode() & all) == all;
    }

    private boolean isEntered(Path path) throws IOException {
        // everybody enters the root
        for (Path above = path.toAbsolutePath().getParent(); above.getParent() != null; above = above.getParent()) {
            if (!allows(trees.get().stat(above), 01)) {
                return false;
            }
        }
        return true;
    }
}
