package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.TreeFile;
import io.github.mmupgrade.agent.TreeTransfer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A tree of files on some machine that takes what another one hands over. */
interface TreeDestination extends AutoCloseable {

    /** What is in it; none when it is not there. */
    List<TreeFile> files();

    /** How many bytes are free where it is. */
    long free();

    /** Removes what is gone, and takes a tar stream; once. */
    void unpack(List<TreeTransfer.Wanted> gone, InputStream stream) throws IOException;

    @Override
    void close();
}
