package io.github.mmupgrade.files;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A {@link SecureTree} for each thread that works on the same trees. */
public final class SecureTrees implements AutoCloseable {

    private final Collection<SecureTree> opened = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<SecureTree> own = ThreadLocal.withInitial(this::open);

    /** The calling thread's. */
    public SecureTree get() {
        return own.get();
    }

    private SecureTree open() {
        SecureTree tree = new SecureTree();
        opened.add(tree);
        return tree;
    }

    /** Lets go of all directories that are held. Only when no thread works with them any more. */
    @Override
    public void close() throws IOException {
        for (SecureTree tree : opened) {
            tree.close();
        }
    }
}
