package io.github.mmupgrade.server;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.SecureTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/**
 * Opens a file that a server's user writes, such as a log, for people to read. That user could put a link to a file of
 * root's in its place, or configure one.
 */
public final class ServerFile {

    private static final int EVERYBODY_READS = 04;

    private static final int OTHERS_PASS = 011;

    private ServerFile() {}

    /**
     * Opens it for reading, links followed.
     *
     * @param user the number of the server's user
     * @param installation the server's directory; what root has put there may be read, too
     * @throws IOException when the user may not read it, or a link leads to what its maker may not write
     */
    public static FileChannel open(Path file, int user, Path installation) throws IOException {
        try (SecureTree tree = new SecureTree()) {
            Path real = tree.real(file);
            FileStat stat = tree.stat(real);
            boolean ofServer = stat.uid() == user || mayRead(real, stat, user);
            if (!ofServer && !real.startsWith(installation.toRealPath())) {
                throw new AccessDeniedException(file.toString(), null, "It is not the server's");
            }
            return tree.read(real);
        }
    }

    private static boolean mayRead(Path file, FileStat stat, int user) throws IOException {
        if ((stat.mode() & EVERYBODY_READS) == 0) {
            return false;
        }
        for (Path way = file.getParent(); way != null; way = way.getParent()) {
            FileStat directory = FileStat.of(way);
            if (directory.uid() != user && (directory.mode() & OTHERS_PASS) == 0) {
                return false;
            }
        }
        return true;
    }
}
