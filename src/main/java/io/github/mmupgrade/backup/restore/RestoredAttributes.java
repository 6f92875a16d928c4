package io.github.mmupgrade.backup.restore;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Tree;
import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which owner, mode and times restored entries get.
 *
 * @param owner whom all of it belongs to from now on; null when everything comes back as it was
 */
record RestoredAttributes(Owner owner) {

    private static final int ORDINARY = 0777;
    private static final int LENT_RIGHTS = 06000;
    private static final int OWNER_MAY = 0600;
    private static final int OWNER_MAY_ENTER = 0700;

    /**
     * What an entry shall be like; who isn't root can't give files away, and keeps them.
     *
     * @param now what it is like
     */
    FileStat wanted(FileStat saved, FileStat now) throws IOException {
        boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        FileStat model = owner == null ? withoutLentRights(saved) : adopted(saved);
        return root ? model : model.with(model.mode(), now.uid(), now.gid());
    }

    /** Gives an entry its attributes. Nobody but us may write in its directory, or it is a directory itself. */
    void apply(FileStat saved, Tree tree, Path path) throws IOException {
        tree.apply(wanted(saved, tree.stat(path)), path);
    }

    /**
     * Nothing of a server's files needs to lend its owner's rights, and root must not make a program that does: what was
     * saved is what the server's user put there. On a directory the bit means that its group is inherited.
     */
    private static FileStat withoutLentRights(FileStat saved) {
        return saved.isDirectory() ? saved : saved.with(saved.mode() & ~LENT_RIGHTS, saved.uid(), saved.gid());
    }

    /** The new owner must be able to work with it, and bits that lend a user's rights meant the old one's. */
    private FileStat adopted(FileStat saved) {
        int least = saved.isDirectory() ? OWNER_MAY_ENTER : OWNER_MAY;
        return saved.with((saved.mode() & ORDINARY) | least, owner.uid(), owner.gid());
    }
}
