package io.github.mmupgrade.unpack;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.FileSystemSync;
import io.github.mmupgrade.files.SafeWay;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Unpacks release archives, streaming, and refuses those that are anything but a release: an entry outside, a device, a
 * bomb, a binary for another processor, half a file.
 *
 * <p>A release is unpacked under a temporary name beside its directory, brought to the disk, and then renamed, so a
 * directory of the name that was asked for is always whole.
 */
public final class ArchiveUnpacker {

    private static final int RECORD = 512;
    private static final int PERMISSIONS = 0777;
    private static final int STICKY = 01000;
    private static final int SET_ID = 06000;
    private static final int ELF_HEADER = 20;
    private static final List<String> SERVER_PROGRAMS = List.of("bin/mattermost", "bin/platform");

    private final Host host;
    private final ArchiveProcessor processor;
    private final Reporter reporter;

    /**
     * An unpacker for a host.
     *
     * @param host where the release will run
     * @param processor what that host's processor is
     * @param reporter hears of the progress and of what is odd
     */
    public ArchiveUnpacker(Host host, ArchiveProcessor processor, Reporter reporter) {
        this.host = Objects.requireNonNull(host);
        this.processor = Objects.requireNonNull(processor);
        this.reporter = Objects.requireNonNull(reporter);
    }

    /**
     * Unpacks an archive.
     *
     * @param verified an archive, {@code .tar.gz}, of one or several gzip members. Where others could have exchanged it
     *     since, it is verified once more while it is read
     * @param target the directory that {@code mattermost/} in it becomes; it must not exist, its parent must
     * @param shippedList where the list of everything in it is written, for {@link ShippedFileList} to read; not inside the
     *     target; replaced when it exists
     * @param limits how much it may be
     * @throws RefusedException when the archive isn't a whole release; nothing of it is left then
     */
    public UnpackedRelease unpack(VerifiedArchive verified, Path target, Path shippedList, UnpackLimits limits) {
        Path archive = verified.file();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new RefusedException(
                    target + " already exists; a release is unpacked to a new directory.",
                    Hint.of("If it is not needed, move it away; then run the goal again."));
        }
        try {
            return unpackByFastest(verified, target, shippedList, limits);
        } catch (UnpackRefusal e) {
            throw refused(archive, e.getMessage(), e);
        } catch (IOException e) {
            throw new RefusedException(
                    archive + " could not be unpacked to " + target + ": " + e + ".",
                    Hint.of("What was unpacked has been removed. Check that there is room for it (" + target.getParent()
                            + "), and that this user can write there."),
                    e);
        }
    }

    /**
     * By the program that inflates fastest, where there is one. What it makes of the archive counts only when the archive
     * is a whole release; whatever else it comes to, Java's inflater is asked anew, so that an archive is refused for the
     * same reasons everywhere, and a program that breaks off costs time only. It opens the file by its name, so nobody
     * else may be able to exchange that.
     */
    private UnpackedRelease unpackByFastest(
            VerifiedArchive verified, Path target, Path shippedList, UnpackLimits limits) throws IOException {
        Path archive = verified.file();
        boolean safe = SafeWay.objection(archive.toAbsolutePath(), host.self().uid(), new Users(host))
                .isEmpty();
        Optional<IgzipInflater> program = safe ? IgzipInflater.start(host, archive) : Optional.empty();
        if (program.isPresent()) {
            try {
                return unpack(archive, program.get(), target, shippedList, limits);
            } catch (UnpackRefusal e) {
                reporter.debug(archive + " is unpacked again by Java's own inflater: with " + IgzipInflater.NAME + ", "
                        + e.getMessage());
            }
        }
        return unpack(archive, UnpackInflater.java(archive, verified.sha256()), target, shippedList, limits);
    }

    private UnpackedRelease unpack(
            Path archive, UnpackInflater inflater, Path target, Path shippedList, UnpackLimits limits)
            throws IOException {
        Path unfinished = unfinished(target);
        try (inflater;
                UnpackPlace place = new UnpackPlace(unfinished)) {
            return unpack(new Run(archive, inflater, place.held(), limits), place, target, shippedList);
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(unfinished, e);
            throw e;
        }
    }

    private UnpackedRelease unpack(Run run, UnpackPlace place, Path target, Path shippedList) throws IOException {
        try {
            try (run) {
                AtomicFile.write(shippedList, AtomicFile.PUBLIC, run::unpack);
            }
            FileSystemSync.sync(host, place.held());
            place.rename(target);
            return run.result(target, place.made(), shippedList);
        } catch (UnpackRefusal e) {
            throw e;
        } catch (IOException e) {
            // people know nothing of the handle
            throw new IOException(
                    e.toString()
                            .replace(place.held().toString(), unfinished(target).toString()),
                    e);
        }
    }

    /** The name under which a release is while it is unpacked; what a killed run left there is removed by the next. */
    public static Path unfinished(Path target) {
        String name = target.getFileName().toString();
        return target.toAbsolutePath().resolveSibling((name.startsWith(".") ? "" : ".") + name + ".unpacking");
    }

    private static RefusedException refused(Path archive, String reason, Exception cause) {
        return new RefusedException(
                "The archive " + archive + " is refused: " + reason + ".",
                Hint.of("Nothing of it was unpacked. Use the vendor's own archive and its checksum."),
                cause);
    }

    private static void deleteAfter(Path tree, Throwable failure) {
        try {
            TreeDelete.delete(tree);
        } catch (IOException | UncheckedIOException e) {
            failure.addSuppressed(e);
        }
    }

    /** One archive on its way. */
    private final class Run implements AutoCloseable {
        private final Path archive;
        private final UnpackInflater inflater;
        private final UnpackTree tree;
        private final UnpackLimits limits;
        private final EntryNames names = new EntryNames();
        private final UnpackLinks links = new UnpackLinks();
        private final Set<String> exchanged = new TreeSet<>();
        private final MessageDigest digest = Digests.sha256();
        private String program;
        private int entries;
        private long bytes;

        Run(Path archive, UnpackInflater inflater, Path directory, UnpackLimits limits) throws IOException {
            this.archive = archive;
            this.inflater = inflater;
            this.tree = new UnpackTree(directory);
            this.limits = limits;
        }

        UnpackedRelease result(Path target, FileStat made, Path shippedList) {
            return new UnpackedRelease(target, made, program, List.copyOf(exchanged), shippedList, entries, bytes);
        }

        @Override
        public void close() throws IOException {
            try (tree) {
                inflater.close();
            }
        }

        void unpack(OutputStream out) throws IOException {
            ShippedFileList.Writer list = new ShippedFileList.Writer(out);
            long packed = Files.size(archive);
            try (Reporter.Meter meter = reporter.meter("unpacking " + archive.getFileName(), packed);
                    UnpackReadAhead source = new UnpackReadAhead(inflater, meter::advance)) {
                UnpackStream stream = new UnpackStream(source, limits, packed);
                // not closed: the source is, and the parser holds nothing else
                TarArchiveInputStream tar = new TarArchiveInputStream(stream, RECORD, RECORD, "UTF-8", false);
                for (TarArchiveEntry entry = next(tar, stream); entry != null; entry = next(tar, stream)) {
                    accept(entry, tar, list);
                }
                stream.requireEnd();
            }
            if (program == null) {
                throw new UnpackRefusal("it has neither " + String.join(" nor ", SERVER_PROGRAMS)
                        + ", so it is not a release of the server");
            }
            tree.finish(links);
            list.end();
        }

        /** The parser signals damage in whatever way its code happens to break. */
        private TarArchiveEntry next(TarArchiveInputStream tar, UnpackStream stream) throws IOException {
            stream.startHeaders();
            TarArchiveEntry entry;
            try {
                entry = tar.getNextEntry();
            } catch (IOException | RuntimeException e) {
                throw damaged(e);
            }
            if (entry != null) {
                stream.endHeaders();
                if (++entries > limits.maxEntries()) {
                    throw UnpackRefusal.entry(
                            entry.getName(), "is one more than the " + limits.maxEntries() + " allowed");
                }
            }
            return entry;
        }

        private void accept(TarArchiveEntry entry, TarArchiveInputStream tar, ShippedFileList.Writer list)
                throws IOException {
            String spelled = entry.getName();
            EntryNames.Kind kind = kind(entry);
            if ((entry.getMode() & SET_ID) != 0) {
                throw UnpackRefusal.entry(spelled, "has set-user-id or set-group-id bits");
            }
            String name = names.accept(spelled, kind);
            if (!name.isEmpty()) {
                ShippedFileList.addExchanged(name, exchanged);
            }
            try {
                switch (kind) {
                    case DIRECTORY -> directory(entry, name, list);
                    case FILE -> file(entry, name, tar, list);
                    case SYMBOLIC_LINK -> {
                        links.addSymbolic(name, entry.getLinkName());
                        list.add(ShippedFileList.Type.LINK, PERMISSIONS, 0, entry.getLinkName(), name);
                    }
                    case HARD_LINK -> {
                        String target = links.addHard(name, entry.getLinkName(), names);
                        list.add(ShippedFileList.Type.HARD_LINK, entry.getMode() & PERMISSIONS, 0, target, name);
                    }
                }
            } catch (UnpackRefusal e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                throw new IOException("'" + UnpackRefusal.printable(spelled) + "': " + e, e);
            }
        }

        private EntryNames.Kind kind(TarArchiveEntry entry) throws UnpackRefusal {
            String spelled = entry.getName();
            if (entry.isCharacterDevice() || entry.isBlockDevice()) {
                throw UnpackRefusal.entry(spelled, "is a device");
            }
            if (entry.isFIFO()) {
                throw UnpackRefusal.entry(spelled, "is a fifo");
            }
            if (entry.isSparse()) {
                throw UnpackRefusal.entry(spelled, "is a sparse file");
            }
            EntryNames.Kind kind;
            if (entry.isSymbolicLink()) {
                kind = EntryNames.Kind.SYMBOLIC_LINK;
            } else if (entry.isLink()) {
                kind = EntryNames.Kind.HARD_LINK;
            } else if (entry.isDirectory()) {
                kind = EntryNames.Kind.DIRECTORY;
            } else if (entry.getLinkFlag() == TarConstants.LF_NORMAL
                    || entry.getLinkFlag() == TarConstants.LF_OLDNORM) {
                return EntryNames.Kind.FILE;
            } else {
                throw UnpackRefusal.entry(spelled, "is of an unknown type (" + (entry.getLinkFlag() & 0xff) + ")");
            }
            if (entry.getSize() != 0) {
                throw UnpackRefusal.entry(spelled, "has content, but is not a file");
            }
            return kind;
        }

        private void directory(TarArchiveEntry entry, String name, ShippedFileList.Writer list) throws IOException {
            int mode = entry.getMode() & (PERMISSIONS | STICKY);
            tree.directory(name, mode, entry.getLastModifiedTime());
            if (!name.isEmpty()) {
                list.add(ShippedFileList.Type.DIRECTORY, mode, 0, "-", name);
            }
        }

        private void file(TarArchiveEntry entry, String name, TarArchiveInputStream tar, ShippedFileList.Writer list)
                throws IOException {
            boolean isProgram = SERVER_PROGRAMS.contains(name);
            String spelled = entry.getName();
            byte[] start = new byte[isProgram ? (int) Math.min(entry.getSize(), ELF_HEADER) : 0];
            int mode = entry.getMode() & PERMISSIONS;
            long size = tree.file(name, mode, entry.getLastModifiedTime(), new Content(tar, spelled), digest, start);
            bytes += size;
            if (isProgram) {
                requireProgram(spelled, mode, start);
                program = program == null || name.equals(SERVER_PROGRAMS.get(0)) ? name : program;
            }
            list.add(ShippedFileList.Type.FILE, mode, size, Digests.hex(digest), name);
        }

        private void requireProgram(String spelled, int mode, byte[] start) throws UnpackRefusal {
            Optional<String> objection = processor.objection(start);
            if (objection.isPresent()) {
                throw UnpackRefusal.entry(spelled, objection.get());
            }
            if ((mode & 0111) == 0) {
                throw UnpackRefusal.entry(spelled, "is not executable");
            }
            if (ArchiveProcessor.isScript(start)) {
                reporter.warn("'" + spelled + "' in " + archive.getFileName()
                        + " is a script; in the vendor's archive it is a compiled program.");
            }
        }

        private IOException damaged(Exception e) {
            if (e instanceof UnpackRefusal refusal) {
                return refusal;
            }
            String where = entries == 0 ? "at its beginning" : "after " + Amount.of(entries, "entry");
            return new UnpackRefusal("it is damaged " + where + ": " + reason(e));
        }
    }

    /** An entry's content; what keeps it from being read is a fault of the archive, unlike what keeps it from disk. */
    private static final class Content extends InputStream {
        private final TarArchiveInputStream tar;
        private final String spelled;

        Content(TarArchiveInputStream tar, String spelled) {
            this.tar = tar;
            this.spelled = spelled;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int start, int length) throws IOException {
            try {
                return tar.read(target, start, length);
            } catch (UnpackRefusal e) {
                throw new UnpackRefusal(e.getMessage() + " (found in '" + UnpackRefusal.printable(spelled) + "')");
            } catch (IOException | RuntimeException e) {
                throw UnpackRefusal.entry(spelled, "is incomplete: " + reason(e));
            }
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
