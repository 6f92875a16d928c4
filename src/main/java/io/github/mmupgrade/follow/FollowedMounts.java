package io.github.mmupgrade.follow;

import io.github.mmupgrade.installation.Mounts;
import io.github.mmupgrade.linux.Kernel;
import io.github.mmupgrade.report.IoReason;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mounts that some trees lie on, and whether the kernel of this host sees all that happens there.
 *
 * <p>It does only on file systems that no other machine writes to and no program serves. Of an overlay it sees nothing,
 * and of the directory in which an overlay keeps what is written, not everything: an overlay writes past the events.
 * Btrfs has a number of its own for each subvolume, and tells of one only.
 */
final class FollowedMounts implements Closeable {

    private static final Set<String> TRUSTED = Set.of("ext2", "ext3", "ext4", "xfs", "tmpfs");

    private final Path mountinfo;
    private final List<String> trees;
    private final List<Mounts.Mount> mounts;
    private final Map<Long, List<Integer>> descriptors = new LinkedHashMap<>();

    /**
     * Opens them.
     *
     * @param trees the trees' paths without links, as {@link io.github.mmupgrade.files.RawName}
     * @throws CannotFollowException when one of them is not to be trusted, or can't be opened
     */
    FollowedMounts(Path mountinfo, List<String> trees) throws CannotFollowException {
        this.mountinfo = mountinfo;
        this.trees = trees;
        this.mounts = current();
        for (Mounts.Mount mount : mounts) {
            if (!TRUSTED.contains(mount.type())) {
                throw new CannotFollowException("the kernel does not see every change on the file system of "
                        + mount.point() + " (" + mount.type() + ")");
            }
        }
        try {
            for (Mounts.Mount mount : mounts) {
                int opened = Kernel.openDirectory(mount.point());
                descriptors
                        .computeIfAbsent(Kernel.fileSystemId(mount.point()), key -> new ArrayList<>())
                        .add(opened);
                if (Kernel.identity(opened).device() != device(mount)) {
                    throw new CannotFollowException("it is not known what is mounted on " + mount.point());
                }
            }
        } catch (IOException e) {
            closeQuietly();
            throw new CannotFollowException("their file systems cannot be opened (" + IoReason.of(e) + ")", e);
        } catch (CannotFollowException e) {
            closeQuietly();
            throw e;
        }
    }

    /** The mounts that hold the trees or are in them, as they are at this moment. */
    private List<Mounts.Mount> current() throws CannotFollowException {
        Map<String, Mounts.Mount> seen = new LinkedHashMap<>();
        try {
            for (Mounts.Mount mount : Mounts.list(mountinfo)) {
                requireNotBehindOverlay(mount);
                // what is mounted later hides what was there, and what was mounted below it
                seen.keySet().removeIf(point -> isBelow(point, mount.point()));
                seen.put(mount.point(), mount);
            }
        } catch (UncheckedIOException e) {
            throw new CannotFollowException("it is not known what is mounted (" + IoReason.of(e.getCause()) + ")", e);
        }
        Map<String, Mounts.Mount> ours = new LinkedHashMap<>();
        for (String tree : trees) {
            String holding = tree;
            while (!seen.containsKey(holding) && !holding.equals("/")) {
                holding = holding.substring(0, Math.max(1, holding.lastIndexOf('/')));
            }
            if (seen.containsKey(holding)) {
                ours.put(holding, seen.get(holding));
            }
            seen.forEach((point, mount) -> {
                if (isBelow(point, tree)) {
                    ours.put(point, mount);
                }
            });
        }
        if (ours.isEmpty()) {
            throw new CannotFollowException("it is not known what is mounted");
        }
        return List.copyOf(ours.values());
    }

    private static long device(Mounts.Mount mount) {
        String[] numbers = mount.device().split(":", 2);
        return Kernel.device(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    private void requireNotBehindOverlay(Mounts.Mount mount) throws CannotFollowException {
        if (!mount.type().equals("overlay")) {
            return;
        }
        for (String option : mount.options().split(",", -1)) {
            if (option.startsWith("upperdir=")) {
                String upper = option.substring("upperdir=".length());
                for (String tree : trees) {
                    if (isBelow(tree, upper) || isBelow(upper, tree)) {
                        throw new CannotFollowException(
                                tree + " is written through the overlay " + mount.point() + ", past the events");
                    }
                }
            }
        }
    }

    /** Whether a path is another one, or lies below it. */
    static boolean isBelow(String path, String above) {
        return path.startsWith(above)
                && (path.length() == above.length() || above.equals("/") || path.charAt(above.length()) == '/');
    }

    /** One place of each file system. */
    List<String> points() {
        return mounts.stream().map(Mounts.Mount::point).toList();
    }

    /**
     * Fails when something has been mounted or unmounted where the trees are.
     *
     * @throws CannotFollowException then
     */
    void requireUnchanged() throws CannotFollowException {
        if (!current().equals(mounts)) {
            throw new CannotFollowException("something was mounted or unmounted there meanwhile");
        }
    }

    /** The paths under which a directory is seen now, as {@link io.github.mmupgrade.files.RawName}s; none when it is no more. */
    List<String> paths(FileSystemEvents.Handle directory) throws IOException {
        List<String> paths = new ArrayList<>();
        for (int mount : descriptors.getOrDefault(directory.fileSystem(), List.of())) {
            try {
                int opened = Kernel.openHandle(mount, directory.structure());
                try {
                    paths.add(Kernel.pathOf(opened));
                } finally {
                    Kernel.close(opened);
                }
            } catch (NoSuchFileException e) {
                return List.of();
            }
        }
        return paths;
    }

    /**
     * A file, under one of its names.
     *
     * @param identity which it is
     * @param path a {@link io.github.mmupgrade.files.RawName}
     */
    record Named(Kernel.Identity identity, String path) {}

    /** Which file a handle means; null when it is no more. */
    Named file(FileSystemEvents.Handle file) throws IOException {
        List<Integer> ways = descriptors.getOrDefault(file.fileSystem(), List.of());
        if (ways.isEmpty()) {
            return null;
        }
        try {
            int opened = Kernel.openHandle(ways.get(0), file.structure());
            try {
                return new Named(Kernel.identity(opened), Kernel.pathOf(opened));
            } finally {
                Kernel.close(opened);
            }
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        for (List<Integer> ways : descriptors.values()) {
            for (int descriptor : ways) {
                Kernel.close(descriptor);
            }
        }
        descriptors.clear();
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            // what matters is why it can't be used
        }
    }
}
