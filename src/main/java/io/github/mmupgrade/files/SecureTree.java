package io.github.mmupgrade.files;

import io.github.mmupgrade.linux.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Works in trees that somebody else may write while it is at work, such as the server's user while this runs as root.
 *
 * <p>A path that was looked at may lead elsewhere a moment later: its owner puts a link in the place of a directory.
 * So every directory on the way is opened by its name in the one before and held, links are not followed, and whatever
 * is done is done in a directory that is held. The only links followed are those that nobody but root and this user
 * can exchange: they stand in the upper part of a path, such as {@code /var/backups}.
 *
 * <p>The directories of the last path stay open, because the next one is mostly near. For one thread at a time.
 */
public final class SecureTree implements Tree {

    private static final Path ROOT = Path.of("/");
    private static final Path HANDLES = Path.of("/proc/self/fd");
    private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;
    private static final int LINKS_FOLLOWED = 40;
    private static final int TRIES = 1000;
    private static final int OTHERS = 0077;
    private static final int OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;

    /** How many levels of a tree that is deleted are open at once, where possible and where not. */
    private static final int DEEP = 40;

    private static final int MOST_DEEP = 400;
    private static final int MOST_BROUGHT_UP = 100_000;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE);

    /** Numbers of Java's open directories that belong to one of us, where they have to be guessed; guards opening and closing. */
    private static final Set<Integer> CLAIMED = new HashSet<>();

    /** As whom this process runs. */
    private static final int SELF = self();

    private final List<Level> levels = new ArrayList<>();
    private final Map<Path, Path> links = new HashMap<>();
    private final Consumer<Path> looked;
    private SecureTree targets;
    private Path pinned;
    private FileStat identity;

    /**
     * A directory that is held. Java tells nobody the number of its handle, and has too few operations on it: it is held
     * by a descriptor of ours, too, or else by a guess.
     */
    private static final class Level {
        private final Path name;
        private final SecureDirectoryStream<Path> stream;
        private final Object key;
        private final int own;
        private final List<Integer> guessed;
        private boolean listed;

        /** The descriptor is -1 where it has to be guessed. */
        Level(Path name, SecureDirectoryStream<Path> stream, Object key, int own, List<Integer> guessed) {
            this.name = name;
            this.stream = stream;
            this.key = key;
            this.own = own;
            this.guessed = guessed;
        }

        /**
         * Leads into the directory itself, whatever became of its name. A guess may have been somebody else's of this
         * process, who has closed it since: then another one serves.
         */
        Path path() throws IOException {
            if (own >= 0) {
                return handle(own);
            }
            Optional<Integer> ours = leadingTo(key, guessed);
            Optional<Integer> number = ours.isPresent() ? ours : leadingTo(key, openNumbers());
            if (number.isPresent()) {
                return handle(number.get());
            }
            throw new IOException("No handle for the directory " + name + " was found in " + HANDLES);
        }

        /** Whether an earlier path still leads into the directory; if not, what was found by it says nothing. */
        boolean isAt(Path path) {
            return own >= 0 || leads(path, key);
        }

        void close() throws IOException {
            if (own >= 0) {
                Kernel.close(own);
                stream.close();
                return;
            }
            synchronized (CLAIMED) {
                CLAIMED.removeAll(guessed);
                stream.close();
            }
        }
    }

    private static int self() {
        try {
            return FileStat.of(Path.of("/proc/self/")).uid();
        } catch (IOException e) {
            throw new UncheckedIOException("Only Linux is supported", e);
        }
    }

    /** Holds nothing yet. */
    public SecureTree() {
        this(path -> {});
    }

    /** For tests: hears of each entry after it was looked at and before anything is done to it. */
    SecureTree(Consumer<Path> looked) {
        this.looked = looked;
    }

    @Override
    public FileStat stat(Path entry) throws IOException {
        return call(entry, FileStat::of);
    }

    @Override
    public String[] names(Path directory) throws IOException {
        Level level = enter(directory);
        if (level.listed) {
            drop(levels.size() - 1);
            level = enter(directory);
        }
        level.listed = true;
        List<String> names = new ArrayList<>();
        try {
            for (Path entry : level.stream) {
                names.add(RawName.of(entry));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        String[] sorted = names.toArray(new String[0]);
        Arrays.sort(sorted);
        return sorted;
    }

    @Override
    public FileChannel read(Path file) throws IOException {
        return call(file, PlainFile::open);
    }

    @Override
    public FileChannel create(Path file) throws IOException {
        return call(
                file,
                held -> FileChannel.open(
                        held, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE));
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        call(directory, held -> Files.createDirectory(held, PRIVATE));
    }

    @Override
    public void createLink(Path link, Path target) throws IOException {
        call(link, held -> {
            // one of root's is followed: nobody else may get hold of it
            requirePrivate(link);
            return Files.createSymbolicLink(held, target);
        });
    }

    @Override
    public Path readLink(Path link) throws IOException {
        return call(link, Files::readSymbolicLink);
    }

    @Override
    public boolean hasOneName(Path file) throws IOException {
        return Integer.valueOf(1).equals(call(file, held -> Files.getAttribute(held, "unix:nlink", NOFOLLOW)));
    }

    @Override
    public Path real(Path path) throws IOException {
        Path real = path.toRealPath();
        if (!real.equals(LinkMakers.target(path))) {
            throw new FileSystemException(path.toString(), null, "A link on the way to it is being exchanged");
        }
        return real;
    }

    @Override
    public Optional<Path> reachable(Path entry) throws IOException {
        return Optional.of(held(entry));
    }

    @Override
    public void apply(FileStat model, Path entry) throws IOException {
        if (model.isDirectory()) {
            Path held = enter(entry).path().resolve(".");
            translated(entry, held, path -> {
                FileAttributes.apply(model, path);
                return null;
            });
        } else {
            call(entry, held -> {
                requireOutOfReach(FileStat.of(held), model, entry);
                FileAttributes.apply(model, held);
                return null;
            });
        }
    }

    /**
     * Refuses to give a file away, or one of root's another mode, where somebody else could exchange it meanwhile: then it
     * would be another file that is given, or that lends root's rights. Whoever has a directory above may exchange even
     * a directory of ours by its name; but what is held below one that only we can enter, nobody else can.
     */
    private void requireOutOfReach(FileStat now, FileStat model, Path entry) throws IOException {
        boolean isTheirs = now.uid() != 0 && now.uid() == model.uid() && now.gid() == model.gid();
        if (!isTheirs) {
            requirePrivate(entry);
        }
    }

    /** Makes sure that what is held for an entry is below a directory that only root can enter, when this is root. */
    private void requirePrivate(Path entry) throws IOException {
        if (SELF != 0) {
            return;
        }
        for (int i = levels.size() - 1; i >= 0; i--) {
            FileStat directory = FileStat.of(levels.get(i).path().resolve("."));
            if (directory.uid() == SELF && (directory.mode() & OTHERS) == 0) {
                return;
            }
        }
        throw new FileSystemException(entry.toString(), null, "Its directory was exchanged for one of somebody else's");
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        if (targets == null) {
            targets = new SecureTree(looked);
        }
        Level there = targets.enter(parent(to));
        Level here = enter(parent(from));
        looked.accept(from);
        translated(from, from.getFileName(), path -> {
            here.stream.move(from.getFileName(), there.stream, to.getFileName());
            return null;
        });
    }

    /** Removes a directory in which nothing is. */
    public void deleteEmpty(Path directory) throws IOException {
        Level above = enter(parent(directory));
        looked.accept(directory);
        translated(directory, directory.getFileName(), name -> {
            above.stream.deleteDirectory(name);
            return null;
        });
    }

    /**
     * Goes on with one directory whatever its name leads to later: with another one there, everything in it fails.
     *
     * @return what the directory is like
     */
    public FileStat pin(Path directory) throws IOException {
        FileStat held = FileStat.of(enter(directory).path().resolve("."));
        pinned = directory.toAbsolutePath().normalize();
        identity = held;
        return held;
    }

    /** Makes the names in a directory durable. */
    public void force(Path directory) throws IOException {
        Path held = enter(directory).path();
        translated(directory, held, path -> {
            AtomicFile.syncDirectory(path);
            return null;
        });
    }

    @Override
    public void delete(Path entry) throws IOException {
        Level above;
        try {
            above = enter(parent(entry));
        } catch (NoSuchFileException e) {
            return;
        }
        new Deletion().delete(above, entry.getFileName(), entry, 0);
    }

    /**
     * One deletion. Somebody can make a tree deeper than this process has stack and handles for: what is far down is
     * brought up first, to the top of what is deleted.
     */
    private final class Deletion {
        private Level top;
        private int broughtUp;

        void delete(Level above, Path name, Path shown, int depth) throws IOException {
            for (int i = 1; ; i++) {
                int before = broughtUp;
                try {
                    deleteOnce(above, name, shown, depth);
                    return;
                } catch (NoSuchFileException e) {
                    return;
                } catch (FileSystemException e) {
                    if (depth == 0 && broughtUp > before && e instanceof DirectoryNotEmptyException) {
                        i = 0; // by us
                    } else if (i == TRIES || !isRestless(above, name, e)) {
                        // else what was a directory is something else by now, or the other way round, or was filled
                        // again
                        throw named(e, shown, name);
                    }
                }
            }
        }

        private void deleteOnce(Level above, Path name, Path shown, int depth) throws IOException {
            boolean directory = isDirectory(above, name);
            looked.accept(shown);
            if (!directory) {
                above.stream.deleteFile(name);
                return;
            }
            if (depth > DEEP && isBroughtUp(above, name, shown, depth)) {
                return;
            }
            Level level = open(above, name);
            if (depth == 0) {
                top = level;
            }
            try {
                for (Path entry : level.stream) {
                    delete(level, entry.getFileName(), shown.resolve(entry.getFileName()), depth + 1);
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            } finally {
                level.close();
            }
            above.stream.deleteDirectory(name);
        }

        /** Not always possible: it may be another file system, or a directory that its owner may not write. */
        private boolean isBroughtUp(Level above, Path name, Path shown, int depth) throws IOException {
            if (broughtUp == MOST_BROUGHT_UP || depth > MOST_DEEP) {
                throw new FileSystemException(shown.toString(), null, "Directories are nested too deeply");
            }
            String fresh =
                    ".deep-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
            try {
                above.stream.move(name, top.stream, Path.of(fresh));
                broughtUp++;
                return true;
            } catch (NoSuchFileException e) {
                throw e;
            } catch (FileSystemException e) {
                return false;
            }
        }
    }

    /** Whether a failure may come from somebody who exchanges entries meanwhile. */
    private static boolean isRestless(Level above, Path name, FileSystemException e) throws IOException {
        if (e.getClass() != FileSystemException.class) {
            return e instanceof NotDirectoryException || e instanceof DirectoryNotEmptyException;
        }
        return !isDirectory(above, name)
                || String.valueOf(e.getReason()).contains("irectory")
                || String.valueOf(e.getReason()).contains("symbolic");
    }

    private static boolean isDirectory(Level above, Path name) throws IOException {
        return above.stream
                .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW)
                .readAttributes()
                .isDirectory();
    }

    /**
     * Where an entry can be reached through the handle of its directory, by other programs, too, as long as this tree
     * is not asked for anything else. The last name may still become a link: it must not be followed.
     */
    public Path held(Path entry) throws IOException {
        Path directory = enter(parent(entry)).path();
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd")
                .resolve(directory.getFileName())
                .resolve(entry.getFileName());
    }

    /** Lets go of all directories. */
    @Override
    public void close() throws IOException {
        drop(0);
        if (targets != null) {
            targets.close();
        }
    }

    private <T> T call(Path entry, Operation<T> operation) throws IOException {
        for (int i = 0; ; i++) {
            Level level = enter(parent(entry));
            Path path = level.path();
            looked.accept(entry);
            try {
                return translated(entry, path.resolve(entry.getFileName()), operation);
            } catch (NoSuchFileException e) {
                if (i == TRIES || level.isAt(path)) {
                    throw e;
                }
            }
        }
    }

    @FunctionalInterface
    private interface Operation<T> {
        T on(Path held) throws IOException;
    }

    private static <T> T translated(Path entry, Path held, Operation<T> operation) throws IOException {
        try {
            return operation.on(held);
        } catch (FileSystemException e) {
            throw named(e, entry, held);
        }
    }

    /** The same failure under the name that people know. */
    private static FileSystemException named(FileSystemException e, Path shown, Path held) {
        if (e.getFile() != null && !e.getFile().equals(held.toString())) {
            return e;
        }
        String file = shown.toString();
        FileSystemException result;
        if (e instanceof NoSuchFileException) {
            result = new NoSuchFileException(file);
        } else if (e instanceof AccessDeniedException) {
            result = new AccessDeniedException(file);
        } else if (e instanceof FileAlreadyExistsException) {
            result = new FileAlreadyExistsException(file);
        } else if (e instanceof NotDirectoryException) {
            result = new NotDirectoryException(file);
        } else {
            result = new FileSystemException(file, e.getOtherFile(), e.getReason());
        }
        result.initCause(e);
        return result;
    }

    /** Opens what is not held yet of the way to a directory; what is held is used only while its name still leads there. */
    private Level enter(Path directory) throws IOException {
        Path wanted = directory.toAbsolutePath().normalize();
        for (int i = 0; i < LINKS_FOLLOWED; i++) {
            wanted = throughLinks(wanted);
            Path link = descend(wanted);
            if (link == null) {
                return levels.get(levels.size() - 1);
            }
        }
        throw new FileSystemException(directory.toString(), null, "Too many symbolic links");
    }

    /** Goes as far as it gets; says which link was met on the way that may be followed. */
    private Path descend(Path wanted) throws IOException {
        if (levels.isEmpty()) {
            levels.add(openRoot());
        }
        Path done = ROOT;
        int depth = 1;
        int sure = sure(wanted);
        for (Path name : wanted) {
            Level above = levels.get(depth - 1);
            done = done.resolve(name);
            if (depth > sure && depth < levels.size() && !stillLeads(above, levels.get(depth), name)) {
                drop(depth);
            }
            if (depth == levels.size()) {
                looked.accept(done);
                try {
                    levels.add(open(above, name));
                } catch (NoSuchFileException | AccessDeniedException e) {
                    throw named(e, done, Path.of(String.valueOf(e.getFile())));
                } catch (FileSystemException e) {
                    Path target = trustedTarget(above, name, done);
                    if (target != null) {
                        links.put(done, target);
                        return done;
                    }
                    NotDirectoryException refused = new NotDirectoryException(done.toString());
                    refused.initCause(e);
                    throw refused;
                }
                if (done.equals(pinned)) {
                    requirePinned();
                }
            }
            depth++;
        }
        drop(depth);
        return null;
    }

    private void requirePinned() throws IOException {
        int last = levels.size() - 1;
        if (!identity.isSameEntryAs(FileStat.of(levels.get(last).path().resolve(".")))) {
            drop(last);
            throw new FileSystemException(pinned.toString(), null, "It was replaced in the meantime");
        }
    }

    /**
     * How many levels below the root are known by one question to be those that the path names: the system says where
     * the deepest of them is now. 0 when it is elsewhere, or not known; then each level is asked for.
     */
    private int sure(Path wanted) {
        int depth = 0;
        int most = Math.min(levels.size() - 1, wanted.getNameCount());
        while (depth < most && levels.get(depth + 1).name.equals(wanted.getName(depth))) {
            depth++;
        }
        try {
            return depth > 0
                            && Files.readSymbolicLink(levels.get(depth).path())
                                    .equals(ROOT.resolve(wanted.subpath(0, depth)))
                    ? depth
                    : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private Path throughLinks(Path path) throws FileSystemException {
        Path result = path;
        for (int i = 0; i < LINKS_FOLLOWED; i++) {
            Path before = result;
            for (Map.Entry<Path, Path> link : links.entrySet()) {
                if (result.startsWith(link.getKey())) {
                    result = link.getValue()
                            .resolve(link.getKey().relativize(result))
                            .normalize();
                }
            }
            if (result.equals(before)) {
                return result;
            }
        }
        throw new FileSystemException(path.toString(), null, "Too many symbolic links");
    }

    /** Where a link leads that nobody but root and this user can exchange; null for any other, and for what is none. */
    private static Path trustedTarget(Level above, Path name, Path shown) throws IOException {
        Path held = above.path().resolve(name);
        FileStat stat = FileStat.of(held);
        if (stat.kind() != FileStat.Kind.LINK) {
            return null;
        }
        FileStat directory = FileStat.of(above.path().resolve("."));
        boolean safe = (stat.uid() == 0 || stat.uid() == SELF)
                && (directory.uid() == 0 || directory.uid() == SELF)
                && ((directory.mode() & OTHERS_WRITE) == 0 || (directory.mode() & STICKY) != 0);
        // who isn't root has nothing to lose by the links of others: the system decides what he may do
        return safe || SELF != 0
                ? shown.getParent().resolve(Files.readSymbolicLink(held)).normalize()
                : null;
    }

    private static boolean stillLeads(Level above, Level level, Path name) {
        if (!level.name.equals(name)) {
            return false;
        }
        try {
            return level.key.equals(above.stream
                    .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW)
                    .readAttributes()
                    .fileKey());
        } catch (IOException e) {
            return false;
        }
    }

    private void drop(int from) throws IOException {
        while (levels.size() > from) {
            levels.remove(levels.size() - 1).close();
        }
    }

    @SuppressWarnings("StreamResourceLeak") // the level closes it
    private static Level openRoot() throws IOException {
        return claim(ROOT, () -> Files.newDirectoryStream(ROOT), () -> Kernel.openDirectory("/"));
    }

    /**
     * Opens what is a directory. By its own name Java would open whatever has taken its place, and wait for ever for
     * somebody to write when that is a pipe; as a directory's dot it can be nothing but a directory. That follows a
     * link, so what was opened has to be what was there.
     */
    @SuppressWarnings("StreamResourceLeak") // the level closes it
    private static Level open(Level above, Path name) throws IOException {
        BasicFileAttributes there = above.stream
                .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW)
                .readAttributes();
        if (!there.isDirectory()) {
            throw new NotDirectoryException(name.toString());
        }
        Path held = above.path().resolve(name).resolve(".");
        Level level = translated(
                name,
                held,
                dot -> claim(
                        name,
                        () -> Files.newDirectoryStream(dot),
                        () -> Kernel.openDirectory(above.own, RawName.of(name))));
        if (level.key.equals(there.fileKey())) {
            return level;
        }
        level.close();
        throw new NotDirectoryException(name.toString());
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("This Java cannot keep directories open; use a Java for Linux");
    }

    /** Opens a directory. */
    @FunctionalInterface
    private interface Opening {
        DirectoryStream<Path> open() throws IOException;
    }

    /** Opens a directory by a descriptor. */
    @FunctionalInterface
    private interface Descriptor {
        int open() throws IOException;
    }

    private static Level claim(Path name, Opening opening, Descriptor descriptor) throws IOException {
        if (!Kernel.isAvailable()) {
            return guessed(name, opening);
        }
        SecureDirectoryStream<Path> stream = secure(opening.open());
        int own = -1;
        try {
            own = descriptor.open();
            Object key = key(stream);
            if (leads(handle(own), key)) {
                return new Level(name, stream, key, own, List.of());
            }
            throw new NotDirectoryException(name.toString());
        } catch (IOException e) {
            stream.close();
            if (own >= 0) {
                Kernel.close(own);
            }
            throw e;
        }
    }

    /**
     * Opens a directory and finds the numbers of its handles; Java holds each directory twice. Every directory of ours
     * is opened and closed under one lock, so what leads there and is nobody's yet is this one, unless something else
     * in this process holds the directory, too.
     */
    private static Level guessed(Path name, Opening opening) throws IOException {
        synchronized (CLAIMED) {
            SecureDirectoryStream<Path> stream = secure(opening.open());
            try {
                Object key = key(stream);
                List<Integer> numbers = openNumbers().stream()
                        .filter(number -> !CLAIMED.contains(number) && leads(handle(number), key))
                        .limit(2)
                        .toList();
                CLAIMED.addAll(numbers);
                return new Level(name, stream, key, -1, numbers);
            } catch (IOException e) {
                stream.close();
                throw e;
            }
        }
    }

    private static Object key(SecureDirectoryStream<Path> stream) throws IOException {
        return stream.getFileAttributeView(BasicFileAttributeView.class)
                .readAttributes()
                .fileKey();
    }

    private static Optional<Integer> leadingTo(Object key, Collection<Integer> numbers) {
        return numbers.stream().filter(number -> leads(handle(number), key)).findFirst();
    }

    private static List<Integer> openNumbers() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> handles = Files.newDirectoryStream(HANDLES)) {
            for (Path handle : handles) {
                numbers.add(Integer.valueOf(handle.getFileName().toString()));
            }
        }
        return numbers;
    }

    private static Path handle(int number) {
        return HANDLES.resolve(Integer.toString(number));
    }

    private static boolean leads(Path path, Object key) {
        try {
            return key.equals(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return false;
        }
    }

    private static Path parent(Path path) {
        return path.toAbsolutePath().normalize().getParent();
    }
}
