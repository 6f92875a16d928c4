package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Hands out a {@link Tree} for each thread that works on the same trees. Where the file system keeps root out, they work
 * as the user whose data they are.
 */
public final class Trees implements AutoCloseable {

    private static final int STICKY = 01000;

    private final Host host;
    private final Owner user;
    private final Collection<Tree> opened = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Tree> own = ThreadLocal.withInitial(this::open);
    private final Set<Path> shut = ConcurrentHashMap.newKeySet();
    private TreeClient client;

    /** Trees for this process's own rights and no others. */
    public Trees() {
        this.host = null;
        this.user = null;
    }

    /**
     * Trees of a user's data.
     *
     * @param user whose they are; only root can work as somebody else
     */
    public Trees(Host host, Owner user) {
        this.host = host;
        this.user = user == null || host.self().uid() != 0 || user.uid() == 0 ? null : user;
    }

    /** The calling thread's. */
    public Tree get() {
        return own.get();
    }

    /** One more, for something that goes on beside what else its thread does; closed with all. */
    public Tree open() {
        SecureTree secure = new SecureTree();
        Tree tree = user == null ? secure : new EitherTree(secure, this::asUser, shut);
        opened.add(tree);
        return tree;
    }

    /**
     * As whom this works where it may not as itself.
     *
     * @return null when as nobody else
     */
    public Owner user() {
        return user;
    }

    /** Whether an entry was reached as the user, because this process may not. */
    public boolean isReachedAsUser(Path entry) {
        return EitherTree.isBelow(shut, entry);
    }

    /**
     * Whether the user may read a file, or list and enter a directory; links are followed.
     *
     * @throws IOException also when this works as nobody else
     */
    public boolean userMayRead(Path path, boolean directory) throws IOException {
        return userMay(path, TreeWire.MAY_READ | (directory ? TreeWire.MAY_ENTER : 0));
    }

    /**
     * Whether the user may list and enter a directory, make entries in it, and nobody else has some there; links are
     * followed.
     *
     * @throws IOException also when this works as nobody else
     */
    public boolean userMayChange(Path directory) throws IOException {
        return userMay(directory, TreeWire.MAY_READ | TreeWire.MAY_WRITE | TreeWire.MAY_ENTER)
                && !isEverybodys(directory);
    }

    /** Whether others have their entries there, too, as in {@code /tmp}. */
    private boolean isEverybodys(Path directory) throws IOException {
        FileStat stat = get().stat(directory);
        return (stat.mode() & STICKY) != 0 && stat.uid() != user.uid();
    }

    private boolean userMay(Path path, int wanted) throws IOException {
        return (asUser().access(path) & wanted) == wanted;
    }

    private synchronized TreeClient asUser() throws IOException {
        if (user == null) {
            throw new IOException("There is no other user to work as");
        }
        if (client == null) {
            client = TreeClient.start(host, user);
        }
        return client;
    }

    /** Lets go of all directories that are held. Only when no thread works with them any more. */
    @Override
    public synchronized void close() throws IOException {
        for (Tree tree : opened) {
            tree.close();
        }
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
