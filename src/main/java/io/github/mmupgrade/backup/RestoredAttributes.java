package io.github.mmupgrade.backup;

import io.github.mmupgrade.files.FileAttributes;
import io.github.mmupgrade.files.FileStat;
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
    private static final int OWNER_MAY = 0600;
    private static final int OWNER_MAY_ENTER = 0700;

    /** Gives an entry its attributes; who isn't root can't give files away, and keeps them. */
    void apply(FileStat saved, Path path) throws IOException {
        boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        FileStat model = owner == null ? saved : adopted(saved);
        if (!root) {
            FileStat now = FileStat.of(path);
            model = changed(model, model.mode(), new Owner(now.uid(), now.gid()));
        }
        FileAttributes.apply(model, path);
    }

    /** The new owner must be able to work with it, and bits that lend a user's rights meant the old one's. */
    private FileStat adopted(FileStat saved) {
        int least = saved.isDirectory() ? OWNER_MAY_ENTER : OWNER_MAY;
        return changed(saved, (saved.mode() & ORDINARY) | least, owner);
    }

    private static FileStat changed(FileStat stat, int mode, Owner owner) {
        return new FileStat(
                stat.kind(),
                stat.size(),
                mode,
                owner.uid(),
                owner.gid(),
                stat.mtime(),
                stat.ctime(),
                stat.device(),
                stat.inode());
    }
}
