package io.github.mmupgrade.follow;

import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.linux.Kernel;
import io.github.mmupgrade.report.IoReason;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows what changes in trees from a moment on. What it cannot follow it does not guess: then everything has to be
 * looked at.
 *
 * <p>It sees every change that goes through the kernel of this host: by whatever process, container, or name of a file.
 * What a program writes into memory that it has mapped to a file is told when the program lets go of the file or ends,
 * not before. What is told is where things happened, never what is there now: whoever hears of a name has to look, and
 * must not trust the way to it, which other users may exchange.
 *
 * <p>Directories are told by handles that outlive their names. A directory that has been renamed when its events are
 * read is taken under its new name, and that name itself is told as exchanged, with all that is in it.
 */
public final class TreeFollower implements Closeable {

    private static final int MOST_ENTRIES = 100_000;
    private static final int MOST_FILES = 300_000;
    private static final int REMEMBERED = 20_000;
    private static final int POLL_MILLIS = 500;
    private static final Duration LONGEST = Duration.ofHours(24);

    private static final int SELF = (int) ProcessHandle.current().pid();

    private final List<String> trees;
    private final String ours;
    private final FollowedMounts mounts;
    private final FileSystemEvents events;
    private final Runnable beforeReading;
    private final Thread thread;

    private final Map<String, Followed.Kind> entries = new HashMap<>();
    private final Set<Kernel.Identity> files = new HashSet<>();
    private final Map<FileSystemEvents.Handle, List<String>> directories = remembering();
    private final Map<FileSystemEvents.Handle, Boolean> seen = remembering();
    private volatile boolean stopped;
    private CannotFollowException failure;

    private TreeFollower(
            List<String> trees, String ours, FollowedMounts mounts, FileSystemEvents events, Runnable beforeReading) {
        this.beforeReading = beforeReading;
        this.trees = trees;
        this.ours = ours;
        this.mounts = mounts;
        this.events = events;
        this.thread = new Thread(this::run, "follow");
        thread.setDaemon(true);
    }

    /**
     * What tests replace.
     *
     * @param mountinfo where the kernel says what is mounted
     * @param boundedQueue see {@link FileSystemEvents}
     * @param beforeReading what the thread does each time before it reads
     */
    record Surroundings(Path mountinfo, boolean boundedQueue, Runnable beforeReading) {
        static final Surroundings REAL = new Surroundings(Path.of("/proc/self/mountinfo"), false, () -> {});
    }

    /**
     * Follows from now on, until {@link #stop} or {@link #close}, at the longest a day.
     *
     * @param trees directories or files, which need not exist
     * @param ours a directory in which only this program writes, and never another name of a file in the trees
     * @throws CannotFollowException when that can't be done here
     */
    public static TreeFollower start(List<Path> trees, Path ours) throws CannotFollowException {
        return start(trees, ours, Surroundings.REAL);
    }

    static TreeFollower start(List<Path> trees, Path ours, Surroundings surroundings) throws CannotFollowException {
        List<String> raw = new ArrayList<>();
        try {
            for (Path tree : trees) {
                raw.add(RawName.ofWhole(withoutLinksAbove(tree)));
            }
            FollowedMounts mounts = new FollowedMounts(surroundings.mountinfo(), raw);
            try {
                FileSystemEvents events = listening(surroundings.boundedQueue(), mounts.points());
                TreeFollower follower = new TreeFollower(
                        raw, RawName.ofWhole(withoutLinksAbove(ours)), mounts, events, surroundings.beforeReading());
                follower.thread.start();
                return follower;
            } catch (IOException e) {
                mounts.close();
                throw e;
            }
        } catch (IOException e) {
            throw new CannotFollowException("the kernel does not tell of changes (" + IoReason.of(e) + ")", e);
        }
    }

    private static FileSystemEvents listening(boolean boundedQueue, List<String> points) throws IOException {
        FileSystemEvents events = new FileSystemEvents(boundedQueue);
        try {
            for (String point : points) {
                events.add(point);
            }
            return events;
        } catch (IOException e) {
            events.close();
            throw e;
        }
    }

    /** The path of an entry whose last name may be a link, or nothing yet. */
    public static Path withoutLinksAbove(Path entry) throws IOException {
        Path absolute = entry.toAbsolutePath().normalize();
        Path above = absolute.getParent();
        if (above == null) {
            return absolute;
        }
        Path existing = above;
        while (existing.getParent() != null && !java.nio.file.Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing.toRealPath().resolve(existing.relativize(absolute));
    }

    /**
     * Ends it, and tells of everything that has happened until now.
     *
     * @throws CannotFollowException when some of it may have been missed
     */
    public Followed stop() throws CannotFollowException {
        synchronized (events) {
            // what was done before this call is in the queue
            catchUp();
            boolean running = !stopped;
            stopped = true;
            if (failure != null) {
                throw new CannotFollowException(failure.getMessage(), failure);
            }
            if (!running) {
                throw new CannotFollowException("the events have been read before");
            }
            mounts.requireUnchanged();
            return new Followed(Map.copyOf(entries), Set.copyOf(files));
        }
    }

    /** Reads what has happened so far, so that little is left to be read when it matters how long that takes. */
    public void catchUp() {
        synchronized (events) {
            try {
                while (!stopped && failure == null && events.read(this::happened)) {
                    // until nothing is left
                }
            } catch (IOException e) {
                failure = unreadable(e);
            } catch (CannotFollowException e) {
                failure = e;
            }
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        stopped = true;
    }

    private void run() {
        long start = System.nanoTime();
        try {
            while (!stopped) {
                if (System.nanoTime() - start > LONGEST.toNanos()) {
                    throw new CannotFollowException("it was too long ago");
                }
                if (events.await(POLL_MILLIS)) {
                    beforeReading.run();
                    synchronized (events) {
                        if (!stopped) {
                            events.read(this::happened);
                        }
                    }
                }
            }
        } catch (CannotFollowException e) {
            fail(e);
        } catch (IOException e) {
            fail(unreadable(e));
        } catch (RuntimeException | Error e) {
            fail(new CannotFollowException("the events could not be read (" + e + ")"));
        } finally {
            synchronized (events) {
                release();
            }
        }
    }

    private void fail(CannotFollowException why) {
        synchronized (events) {
            failure = why;
        }
    }

    private static CannotFollowException unreadable(IOException e) {
        return new CannotFollowException("the kernel's events could not be read (" + IoReason.of(e) + ")", e);
    }

    private void release() {
        try (mounts) {
            events.close();
        } catch (IOException e) {
            // it is not read any more
        }
    }

    private void happened(FileSystemEvents.Event event) throws IOException, CannotFollowException {
        if (event.directory() == null && event.process() == SELF) {
            return; // the number of names of a file that a backup shares with another
        }
        boolean byUs = false;
        if (event.directory() != null) {
            for (String directory : paths(event.directory())) {
                byUs |= FollowedMounts.isBelow(directory, ours);
                if (!byUs) {
                    note(directory, event);
                }
            }
        }
        if (event.file() != null && !byUs && seen.put(event.file(), true) == null) {
            FollowedMounts.Named named = mounts.file(event.file());
            // a change of how many names it has comes without a name
            if (named != null && !(event.directory() == null && FollowedMounts.isBelow(named.path(), ours))) {
                files.add(named.identity());
            }
        }
        if (entries.size() > MOST_ENTRIES || files.size() > MOST_FILES) {
            throw new CannotFollowException("more changed than is worth keeping");
        }
    }

    private void note(String directory, FileSystemEvents.Event event) throws CannotFollowException {
        String below = directory.equals("/") ? "/" : directory + "/";
        String path = event.name().equals(".") ? directory : below + event.name();
        for (String tree : trees) {
            if (event.ofName() && FollowedMounts.isBelow(tree, path)) {
                throw new CannotFollowException(RawName.text(path) + " was exchanged");
            }
            if (FollowedMounts.isBelow(path, tree)) {
                if (event.ofName()) {
                    entries.put(path, Followed.Kind.EXCHANGED);
                } else {
                    entries.putIfAbsent(path, Followed.Kind.CHANGED);
                }
            }
            // its time is another one
            if (event.ofName() && FollowedMounts.isBelow(directory, tree)) {
                entries.putIfAbsent(directory, Followed.Kind.CHANGED);
            }
        }
    }

    private List<String> paths(FileSystemEvents.Handle directory) throws IOException {
        List<String> known = directories.get(directory);
        if (known == null) {
            known = mounts.paths(directory);
            directories.put(directory, known);
        }
        return known;
    }

    /** What is forgotten is asked again. */
    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }
}
