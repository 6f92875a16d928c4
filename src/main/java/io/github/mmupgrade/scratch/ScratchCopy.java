package io.github.mmupgrade.scratch;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.TreeGift;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Copies of an installation what its server needs to run. The copy has no link, neither hard nor symbolic: a server
 * writes in place, and what it wrote into by a link would be the original's.
 */
public final class ScratchCopy {

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
     * @param target does not exist, or is an empty directory of the owner's
     * @param owner whom it will belong to
     * @param plugins whether installed plugins are copied, too
     */
    public ScratchCopy(Host host, Path source, Path target, Owner owner, boolean plugins) {
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
    public List<String> programs(Optional<Path> fileStore) {
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
            make(target.resolve("config"));
            Path configuration = target.resolve("config").resolve("config.json");
            require(asOwner("touch", configuration.toString()), configuration);
            make(target.resolve("logs"));
            make(target.resolve("data"));
            return emptied;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Lays another configuration directory, such as a backup's, over the copied one.
     *
     * @param directory one that nobody else writes to, and that the owner of the copy need not be able to read
     * @param staged where a copy of it can be made meanwhile; must not exist
     */
    public void configuration(Path directory, Path staged) {
        try {
            copy(null, "-RP", directory, staged);
            give(staged);
            copyWithoutLinks(staged.resolve("."), target.resolve("config"));
            TreeDelete.delete(staged);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Lets the owner of the copy read a tree that is ours. */
    private void give(Path tree) throws IOException {
        if (owner != null) {
            TreeGift.give(tree, owner, entry -> OptionalInt.empty(), locked -> {});
        }
    }

    /** Gives the whole copy, which is ours so far, to whom its server shall run as. */
    public void give(Owner user) {
        try {
            TreeGift.give(target, user, entry -> OptionalInt.empty(), locked -> {});
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Copies as a user: root would read for that user what the user may not read, and write to where the user leads it.
     * A server goes on writing there: what vanishes meanwhile is no reason to stop, nor are links that lead nowhere.
     *
     * @param user null for who runs this
     * @return whether nothing vanished
     * @throws AccessDeniedException when something cannot be read or written
     */
    private boolean copy(Owner user, String how, Path from, Path to) throws IOException {
        CommandResult result = host.run(Command.of("cp", how, "--preserve=mode,timestamps", "--reflink=auto", "--")
                .add(from.toString(), to.toString())
                .environment("LC_ALL", "C")
                .directory(Path.of("/"))
                .user(user)
                .limit(LIMIT)
                .build());
        if (result.errors()
                .lines()
                .anyMatch(line -> line.contains("Permission denied") && !line.contains("/lost+found'"))) {
            throw new AccessDeniedException(from.toString(), null, result.tail());
        }
        return result.succeeded();
    }

    /**
     * Copies what links lead to in their place, as a user who may read it. Root may read everything, and the server's user
     * made links: of those, root takes over what leads to a file of the copy itself, and no other.
     */
    private boolean copyWithoutLinks(Path from, Path to) throws IOException {
        if (owner == null ? host.self().uid() != 0 : owner.uid() != 0) {
            return copy(owner, "-RL", from, to);
        }
        boolean ofRoot = Files.isSymbolicLink(from) && FileStat.of(from).uid() == 0;
        boolean whole = copy(owner, ofRoot ? "-RH" : "-RP", from, to);
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
            List<Path> links;
            try (Stream<Path> all = Files.walk(to)) {
                links = all.filter(Files::isSymbolicLink).toList();
            }
            for (Path link : links) {
                replace(link);
            }
        }
        return whole;
    }

    private void replace(Path link) throws IOException {
        Path file = null;
        try {
            file = link.toRealPath();
        } catch (IOException e) {
            // it leads nowhere
        }
        Files.delete(link);
        if (file != null && file.startsWith(target.toRealPath()) && Files.isRegularFile(file)) {
            Files.copy(file, link, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /**
     * Copies the file store.
     *
     * @param choice whether only where the copy can share the original's blocks
     * @return how it was done, for a message
     */
    public String files(Path store, FileChoice choice) {
        if (choice == FileChoice.NONE
                || !asOwner("test", "-d", store.toString()).succeeded()) {
            return "the file store was not copied, so the new server shows no attachments";
        }
        boolean shared = sharesBlocks(store);
        if (choice == FileChoice.AUTO && !shared) {
            return "the file store was not copied, because its file system cannot share blocks with a copy"
                    + " (to copy it anyway: mattermost.rehearse.files=all)";
        }
        try {
            boolean whole = copyWithoutLinks(store.resolve("."), target.resolve("data"));
            return "the file store was copied" + (shared ? ", sharing its blocks" : "")
                    + (whole ? "" : ", except files that vanished meanwhile");
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private boolean sharesBlocks(Path store) {
        String one = asOwner("find", store.toString(), "-maxdepth", "8", "-type", "f", "-size", "+0", "-print", "-quit")
                .output()
                .strip();
        String probe = target.resolve("data").resolve(".probe").toString();
        boolean shared = !one.isEmpty()
                && asOwner("cp", "--reflink=always", "--", one, probe).succeeded();
        asOwner("rm", "-f", "--", probe);
        return shared;
    }

    private CommandResult asOwner(String program, String... arguments) {
        return host.run(Command.of(program, arguments)
                .directory(Path.of("/"))
                .user(owner)
                .build());
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private void copy(Path entry, boolean whole) throws IOException {
        Path copy = target.resolve(source.relativize(entry).toString());
        if (whole || bytes(entry) <= CUSTOM_BYTES) {
            copyWithoutLinks(entry, copy);
        } else if (Files.isDirectory(entry)) {
            make(copy);
            emptied.add(source.relativize(entry).toString());
        } else {
            require(asOwner("touch", copy.toString()), copy);
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
            require(asOwner("mkdir", "-m", "0750", directory.toString()), directory);
        }
    }

    private static void require(CommandResult result, Path path) throws IOException {
        if (!result.succeeded()) {
            throw new IOException(path + " cannot be created: " + result.tail());
        }
    }

    private StageFailedException failed(IOException e) {
        return new StageFailedException(
                "The programs of " + source + " cannot be copied to " + target + ": "
                        + e.getMessage()
                        + ". The installation was not changed.",
                Hint.of("Check that the owner of the installation can read it and that there is free space."),
                e);
    }
}
