package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Whether a path leads where it leads by the word of root and one user only. Whoever may write into a directory on the
 * way can put a link in the place of the next one, and have root write wherever he likes.
 */
public final class SafeWay {

    private static final int OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;
    private static final int LINKS_FOLLOWED = 40;

    private SafeWay() {}

    /**
     * Who else could exchange a part of the way, or write what is at its end; in words, for a message.
     *
     * @param path absolute; need not be there
     * @param self the user besides root
     * @return empty when nobody could. Whose a directory at the very end is, is not looked at
     */
    public static Optional<String> objection(Path path, int self, Users users) throws IOException {
        Deque<Path> parts = new ArrayDeque<>();
        path.normalize().forEach(parts::add);
        Path current = path.getRoot();
        int links = 0;
        while (!parts.isEmpty()) {
            Path parent = current;
            current = current.resolve(parts.poll()).normalize();
            if (!Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            FileStat stat = FileStat.of(current);
            if (stat.uid() != 0 && stat.uid() != self) {
                return parts.isEmpty() && stat.isDirectory()
                        ? Optional.empty()
                        : Optional.of(current + " belongs to user " + users.user(stat.uid()));
            }
            if (stat.kind() == FileStat.Kind.LINK) {
                if (++links > LINKS_FOLLOWED) {
                    return Optional.of("the way has too many symbolic links");
                }
                Path target = Files.readSymbolicLink(current);
                Deque<Path> whole = new ArrayDeque<>();
                target.forEach(whole::add);
                whole.addAll(parts);
                parts = whole;
                current = target.isAbsolute() ? target.getRoot() : parent;
            } else if ((stat.mode() & OTHERS_WRITE) != 0 && ((stat.mode() & STICKY) == 0 || parts.isEmpty())) {
                return Optional.of("others can write to " + current);
            }
        }
        return Optional.empty();
    }
}
