package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.TreeFile;
import io.github.mmupgrade.agent.TreeTransfer;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** A tree that takes another one on this machine. */
final class LocalTree implements TreeDestination {

    private final Path tree;
    private final List<TreeFile> files;
    private final long free;

    LocalTree(Host here, Path tree) throws IOException {
        this.tree = tree;
        this.files = TreeTransfer.list(tree);
        this.free = DiskSpace.of(here, tree).bytes();
    }

    @Override
    public List<TreeFile> files() {
        return files;
    }

    @Override
    public long free() {
        return free;
    }

    @Override
    public void unpack(List<TreeTransfer.Wanted> gone, InputStream stream) throws IOException {
        TreeTransfer.unpack(tree, gone, stream);
    }

    @Override
    public void close() {
        // nothing is open
    }
}
