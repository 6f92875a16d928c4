package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileCopier;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Prefetch;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Reads a whole backup, in parallel, and holds it against its lists. */
final class Verifier {

    private static final int FINDINGS = 1000;
    private static final int IN_FLIGHT = 4096;
    private static final Set<String> KNOWN = Set.of(Manifest.NAME, FileList.NAME, ChecksumLine.FILE);

    private final Path root;
    private final Reporter reporter;
    private final List<BackupDefect> findings = new ArrayList<>();
    private final LongAdder files = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final ThreadLocal<FileCopier> hashers = ThreadLocal.withInitial(FileCopier::new);
    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private long wrong;

    Verifier(Path root, Reporter reporter) {
        this.root = root;
        this.reporter = reporter;
    }

    Verification run() {
        Manifest manifest = null;
        try {
            manifest = Manifest.read(root.resolve(Manifest.NAME));
        } catch (IOException e) {
            find(BackupDefect.Kind.MANIFEST, Manifest.NAME, IoReason.of(e));
        }
        if (manifest != null && listsAreItsOwn(manifest)) {
            compare(manifest);
        }
        return new Verification(root, manifest, files.sum(), bytes.sum(), findings, wrong);
    }

    private boolean listsAreItsOwn(Manifest manifest) {
        boolean fine = true;
        for (String name : List.of(FileList.NAME, ChecksumLine.FILE)) {
            Path file = root.resolve(name);
            FileList.Summary summary = name.equals(FileList.NAME) ? manifest.list() : manifest.sums();
            try {
                if (!Files.exists(file)) {
                    find(BackupDefect.Kind.LIST, name, "is missing");
                    fine = false;
                } else if (!summary.matches(file) || Files.size(file) != summary.bytes()) {
                    find(
                            BackupDefect.Kind.LIST,
                            name,
                            "is not the one that the manifest names: it is damaged, or belongs to another backup");
                    fine = false;
                }
            } catch (IOException e) {
                find(BackupDefect.Kind.UNREADABLE, name, IoReason.of(e));
                fine = false;
            }
        }
        return fine;
    }

    private void compare(Manifest manifest) {
        ExecutorService workers = Executors.newFixedThreadPool(Digests.threads());
        try (FileList.Reader list = new FileList.Reader(
                        root.resolve(FileList.NAME), manifest.list().entries());
                Reporter.Meter meter = reporter.meter("verifying", manifest.size());
                Prefetch<TreeComparison.Difference> all =
                        new Prefetch<>("compare", new TreeComparison(root, list, manifest.segments()))) {
            if (!list.run().equals(manifest.run())) {
                find(BackupDefect.Kind.LIST, FileList.NAME, "belongs to the backup " + list.run());
            }
            checkMode(root, "", FileStat.of(root));
            checkTopLevel(manifest.segments(), manifest.state());
            while (all.hasNext()) {
                check(all.next(), workers, meter);
            }
            room.acquire(IN_FLIGHT);
        } catch (IOException e) {
            find(BackupDefect.Kind.UNREADABLE, "", IoReason.of(e));
        } catch (UncheckedIOException e) {
            find(BackupDefect.Kind.UNREADABLE, "", IoReason.of(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            find(BackupDefect.Kind.UNREADABLE, "", "interrupted before everything was read");
        } finally {
            workers.shutdownNow();
            awaitEnd(workers);
        }
    }

    private static void awaitEnd(ExecutorService workers) {
        try {
            if (!workers.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("Reading the backup does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The comparison looks into the segments only; what lies beside them is looked at here. */
    private void checkTopLevel(List<String> segments, BackupState state) throws IOException {
        Set<String> top = new HashSet<>(KNOWN);
        if (state != BackupState.COMPLETE) {
            top.add(Backup.DATABASE_SERVER);
        }
        Set<String> database = new HashSet<>();
        for (String segment : segments) {
            String[] parts = segment.split("/", 2);
            top.add(parts[0]);
            if (parts.length == 2) {
                database.add(parts[1]);
            }
        }
        requireOnly(root, "", top);
        Path dumps = root.resolve(Backup.DATABASE);
        if (Files.isDirectory(dumps) && (top.contains(Backup.DATABASE) || !isEmpty(dumps))) {
            checkMode(dumps, Backup.DATABASE, FileStat.of(dumps));
            requireOnly(dumps, Backup.DATABASE + "/", database);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    private void requireOnly(Path directory, String prefix, Set<String> known) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = RawName.of(entry);
                boolean emptyDumps = name.equals(Backup.DATABASE) && Files.isDirectory(entry) && isEmpty(entry);
                if (!known.contains(name) && !emptyDumps) {
                    find(BackupDefect.Kind.EXTRA, prefix + name, "is not part of the backup");
                } else if (KNOWN.contains(name)) {
                    checkMode(entry, name, FileStat.of(entry));
                }
            }
        }
    }

    private void check(TreeComparison.Difference found, ExecutorService workers, Reporter.Meter meter)
            throws InterruptedException {
        ListEntry listed = found.listed();
        if (listed == null || (listed.stat().kind() == FileStat.Kind.OTHER && found.stat() != null)) {
            find(BackupDefect.Kind.EXTRA, found.name(), "is not part of the backup");
        } else if (listed.stat().kind() == FileStat.Kind.OTHER) {
            reporter.debug("Left out when the backup was made: " + listed.text());
        } else if (found.stat() == null) {
            find(BackupDefect.Kind.MISSING, found.name(), "is missing");
        } else if (found.stat().kind() != listed.stat().kind()) {
            find(
                    BackupDefect.Kind.MODE,
                    found.name(),
                    "is a " + found.stat().kind() + ", but should be a "
                            + listed.stat().kind());
        } else if (listed.stat().kind() == FileStat.Kind.LINK) {
            checkLink(found);
        } else {
            checkMode(found.path(), found.name(), found.stat());
            if (listed.stat().kind() == FileStat.Kind.FILE) {
                room.acquire();
                workers.execute(() -> {
                    try {
                        checkContent(found, meter);
                    } finally {
                        room.release();
                    }
                });
            }
        }
    }

    private void checkMode(Path path, String name, FileStat stat) {
        int wanted = stat.isDirectory() ? 0700 : 0600;
        if (stat.kind() == FileStat.Kind.LINK || stat.mode() != wanted) {
            find(
                    BackupDefect.Kind.MODE,
                    name.isEmpty() ? path.toString() : name,
                    "has the mode " + Integer.toOctalString(stat.mode()) + ", but should have "
                            + Integer.toOctalString(wanted));
        }
    }

    private void checkLink(TreeComparison.Difference found) {
        try {
            String target = RawName.ofWhole(Files.readSymbolicLink(found.path()));
            if (!target.equals(found.listed().target())) {
                find(BackupDefect.Kind.CONTENT, found.name(), "points to " + RawName.text(target));
            }
        } catch (IOException e) {
            find(BackupDefect.Kind.UNREADABLE, found.name(), IoReason.of(e));
        }
    }

    private void checkContent(TreeComparison.Difference found, Reporter.Meter meter) {
        ListEntry listed = found.listed();
        if (found.stat().size() != listed.stat().size()) {
            find(
                    BackupDefect.Kind.CONTENT,
                    found.name(),
                    "has " + found.stat().size() + " bytes, but should have "
                            + listed.stat().size());
            return;
        }
        try {
            FileCopier.Content content = hashers.get().hash(found.path(), meter::advance);
            files.increment();
            bytes.add(content.size());
            if (!content.sha256().equals(listed.sha256())) {
                find(BackupDefect.Kind.CONTENT, found.name(), "has a different SHA-256 than listed");
            }
        } catch (IOException e) {
            find(BackupDefect.Kind.UNREADABLE, found.name(), IoReason.of(e));
        }
    }

    private synchronized void find(BackupDefect.Kind kind, String name, String text) {
        wrong++;
        if (findings.size() < FINDINGS) {
            findings.add(new BackupDefect(kind, RawName.text(name), text));
        }
    }
}
