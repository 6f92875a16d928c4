package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Copies of an installation what its server needs to run. The copy has no link, neither hard nor symbolic: a server
 * writes in place, and what it wrote into by a link would be the original's.
 */
final class ScratchCopy {

    /** What a release does not ship is copied up to this size; of what is larger only the name is needed. */
    private static final long CUSTOM_BYTES = 64_000_000;

    private static final Duration LIMIT = Duration.ofHours(12);

    private static final Set<String> NEVER = Set.of("logs", "data");

    private final Host host;
    private final Path source;
    private final Path target;
    private final Owner owner;
    private final boolean plugins;
    private final List<String> emptied = new ArrayList<>();

    /**
     * A copy.
     *
     * @param target must not exist
     * @param owner whom it will belong to
     * @param plugins whether installed plugins are copied, too
     */
    ScratchCopy(Host host, Path source, Path target, Owner owner, boolean plugins) {
        this.host = host;
        this.source = source;
        this.target = target;
        this.owner = owner;
        this.plugins = plugins;
    }

    /**
     * Copies the programs and the configuration directory.
     *
     * @param fileStore is left out, wherever it is; empty when there is none
     * @return what was too large to be copied and is there by its name only
     */
    List<String> programs(Optional<Path> fileStore) {
        ShippedEntries shipped = ShippedEntries.known();
        try {
            make(target);
            for (Path entry : entries(source)) {
                String name = entry.getFileName().toString();
                if (NEVER.contains(name)
                        || name.startsWith(".next-")
                        || name.startsWith(".previous-")
                        || fileStore.filter(store -> store.startsWith(entry)).isPresent()) {
                    continue;
                }
                if (name.equals("client") && Files.isDirectory(entry)) {
                    make(target.resolve(name));
                    for (Path part : entries(entry)) {
                        String partName = part.getFileName().toString();
                        if (plugins || !partName.equals("plugins")) {
                            copy(part, shipped.client(partName, Files.isDirectory(part)));
                        }
                    }
                } else if (plugins || !name.equals("plugins")) {
                    copy(entry, shipped.top(name));
                }
            }
            make(target.resolve("logs"));
            make(target.resolve("data"));
            return emptied;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Lays another configuration directory, such as a backup's, over the copied one. */
    void configuration(Path directory) {
        try {
            for (Path entry : entries(directory)) {
                walk(entry, target.resolve("config").resolve(entry.getFileName().toString()));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void walk(Path entry, Path copy) throws IOException {
        Files.walkFileTree(entry, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new Copier(entry, copy));
    }

    /**
     * Copies the file store.
     *
     * @param choice whether only where the copy can share the original's blocks
     * @return how it was done, for a message
     */
    String files(Path store, RehearsalOptions.FileChoice choice) {
        if (choice == RehearsalOptions.FileChoice.NONE || !Files.isDirectory(store)) {
            return "the file store is not copied; the new server shows no attachments";
        }
        boolean shared = sharesBlocks(store);
        if (choice == RehearsalOptions.FileChoice.AUTO && !shared) {
            return "the file store is not copied, because its file system can't share blocks with a copy"
                    + " (mattermost.rehearse.files=all copies it all the same)";
        }
        // a server goes on writing there: what vanishes meanwhile is no reason to stop
        var result = host.run(Command.of("cp", "-RL", "--preserve=mode,timestamps", "--reflink=auto", "--")
                .add(store + "/.", target.resolve("data").toString())
                .limit(LIMIT)
                .build());
        if (owner != null) {
            host.run(Command.of("chown", "-R", owner.uid() + ":" + owner.gid(), "--")
                    .add(target.resolve("data").toString())
                    .limit(LIMIT)
                    .build());
        }
        return "the file store is copied" + (shared ? ", sharing its blocks" : "")
                + (result.succeeded() ? "" : ", except what vanished meanwhile");
    }

    private boolean sharesBlocks(Path store) {
        Path probe = target.resolve("data").resolve(".probe");
        try (Stream<Path> files = Files.find(store, 8, (path, stat) -> stat.isRegularFile() && stat.size() > 0)) {
            Optional<Path> one = files.findFirst();
            return one.isPresent()
                    && host.run(Command.of("cp", "--reflink=always", "--")
                                    .add(one.get().toString(), probe.toString())
                                    .build())
                            .succeeded();
        } catch (IOException | java.io.UncheckedIOException e) {
            return false;
        } finally {
            try {
                Files.deleteIfExists(probe);
            } catch (IOException e) {
                // it goes with the directory
            }
        }
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private void copy(Path entry, boolean whole) throws IOException {
        Path copy = target.resolve(source.relativize(entry).toString());
        if (whole || bytes(entry) <= CUSTOM_BYTES) {
            walk(entry, copy);
        } else if (Files.isDirectory(entry)) {
            make(copy);
            emptied.add(source.relativize(entry).toString());
        } else {
            Files.createFile(copy);
            ScratchPlace.give(copy, owner);
            emptied.add(source.relativize(entry).toString());
        }
    }

    /** The bytes of an entry, or more than is copied of it: a large one is not walked to its end. */
    private static long bytes(Path entry) throws IOException {
        long[] sum = new long[1];
        Files.walkFileTree(
                entry, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes stat) {
                        sum[0] += stat.size();
                        return sum[0] > CUSTOM_BYTES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return sum[0];
    }

    private void make(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            ScratchPlace.give(directory, owner);
        }
    }

    private StageFailedException failed(IOException e) {
        return new StageFailedException(
                "The programs of " + source + " can't be copied to " + target + ": "
                        + (e instanceof AccessDeniedException ? e.getMessage() + " can't be read" : e.getMessage())
                        + ". The installation is as it was.",
                Hint.of("run as root or as the owner of the installation; and see whether there is room"),
                e);
    }

    /** Copies a tree, each link by what it leads to; loops and links that lead nowhere are left out. */
    private final class Copier extends SimpleFileVisitor<Path> {
        private final Path from;
        private final Path to;

        Copier(Path from, Path to) {
            this.from = from;
            this.to = to;
        }

        private Path at(Path file) {
            return file.equals(from) ? to : to.resolve(from.relativize(file).toString());
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes stat) throws IOException {
            make(at(directory));
            Files.setPosixFilePermissions(at(directory), Files.getPosixFilePermissions(directory));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes stat) throws IOException {
            if (stat.isRegularFile()) {
                Files.copy(file, at(file), StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                ScratchPlace.give(at(file), owner);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof AccessDeniedException) {
                throw e;
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
