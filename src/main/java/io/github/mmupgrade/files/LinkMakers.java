package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Follows the links of a path and keeps in mind who made them: whoever made one must not have root write where the maker
 * may not write.
 */
final class LinkMakers {

    private static final int LINKS_FOLLOWED = 40;
    private static final int WRITES = 2;
    private static final int STICKY = 01000;

    private final Map<Integer, Integer> makers = new HashMap<>();
    private final Path target;

    private LinkMakers(Path path) throws IOException {
        this.target = follow(path.toAbsolutePath().normalize());
    }

    /**
     * Where a file really is; it need not be there.
     *
     * @throws FileSystemException when somebody made a link to what that user may neither write nor exchange
     */
    static Path target(Path path) throws IOException {
        LinkMakers links = new LinkMakers(path);
        for (Map.Entry<Integer, Integer> maker : links.makers.entrySet()) {
            links.require(maker.getKey(), maker.getValue());
        }
        return links.target;
    }

    private Path follow(Path path) throws IOException {
        Deque<Path> parts = new ArrayDeque<>();
        path.forEach(parts::add);
        int self = FileStat.of(Path.of("/proc/self/")).uid();
        Path current = path.getRoot();
        for (int links = 0; !parts.isEmpty(); ) {
            Path next = current.resolve(parts.poll()).normalize();
            if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                current = next;
                continue;
            }
            FileStat link = FileStat.of(next);
            if (link.kind() != FileStat.Kind.LINK) {
                current = next;
                continue;
            }
            if (++links > LINKS_FOLLOWED) {
                throw new FileSystemException(path.toString(), null, "Too many symbolic links");
            }
            Path leads = Files.readSymbolicLink(next);
            if (!FileStat.of(next).isSameEntryAs(link)) {
                throw new FileSystemException(path.toString(), null, "A link on the way to it is being exchanged");
            }
            if (self == 0 && link.uid() != 0) {
                makers.put(link.uid(), link.gid());
            }
            Deque<Path> rest = parts;
            parts = new ArrayDeque<>();
            leads.forEach(parts::add);
            parts.addAll(rest);
            current = leads.isAbsolute() ? leads.getRoot() : current;
        }
        return current;
    }

    private void require(int uid, int gid) throws IOException {
        FileStat directory = FileStat.of(target.getParent());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            FileStat stat = FileStat.of(target);
            boolean mayExchange = mayWrite(directory, uid, gid)
                    && ((directory.mode() & STICKY) == 0 || stat.uid() == uid || directory.uid() == uid);
            boolean isEverybodys = (stat.mode() & STICKY) != 0 && stat.uid() != uid;
            if (mayExchange || (mayWrite(stat, uid, gid) && !isEverybodys)) {
                return;
            }
        } else if (mayWrite(directory, uid, gid)) {
            return;
        }
        // no denial of the system's, after which the user would be asked
        throw new FileSystemException(
                target.toString(), null, "User " + uid + " made a link to it, but cannot write there");
    }

    private static boolean mayWrite(FileStat stat, int uid, int gid) {
        int shift = stat.uid() == uid ? 6 : stat.gid() == gid ? 3 : 0;
        return (stat.mode() >> shift & WRITES) != 0;
    }
}
