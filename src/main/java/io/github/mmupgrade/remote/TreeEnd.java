package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.TreeFile;
import io.github.mmupgrade.agent.TreeTransfer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A tree of files on some machine that is handed over, or takes one. */
interface TreeEnd extends AutoCloseable {

    /** What is in it; none when it is not there. */
    List<TreeFile> files();

    /** How many bytes are free where it is. */
    long free();

    /** The files that are wanted, as a tar stream; once. */
    InputStream pack(List<TreeTransfer.Wanted> wanted) throws IOException;

    /** Removes what is gone, and takes such a stream; once. */
    void unpack(List<TreeTransfer.Wanted> gone, InputStream stream) throws IOException;

    @Override
    void close();
}
