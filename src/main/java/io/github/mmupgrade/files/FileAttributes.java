package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/** Gives an entry the owner, mode and time that another had. */
public final class FileAttributes {

    private FileAttributes() {}

    /**
     * Makes owner, group, mode and modification time (to the nanosecond) those of the model. Of a symbolic link only
     * owner and group are set: the rest of it means nothing.
     *
     * @param path a new or existing entry of the model's kind; links are not followed
     * @throws IOException also when the process may not give files away
     */
    public static void apply(FileStat model, Path path) throws IOException {
        FileStat now = FileStat.of(path);
        if (now.uid() != model.uid()) {
            Files.setAttribute(path, "unix:uid", model.uid(), LinkOption.NOFOLLOW_LINKS);
        }
        if (now.gid() != model.gid()) {
            Files.setAttribute(path, "unix:gid", model.gid(), LinkOption.NOFOLLOW_LINKS);
        }
        if (now.kind() == FileStat.Kind.LINK) {
            return;
        }
        // after the owner: a change of owner clears the set-user and set-group bits
        if (FileStat.of(path).mode() != model.mode()) {
            Files.setAttribute(path, "unix:mode", model.mode(), LinkOption.NOFOLLOW_LINKS);
        }
        if (now.mtime() != model.mtime()) {
            Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(model.mtime(), TimeUnit.NANOSECONDS), null, null);
        }
    }
}
