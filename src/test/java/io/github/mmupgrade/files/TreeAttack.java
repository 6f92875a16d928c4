package io.github.mmupgrade.files;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.Rename;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.unpack.ArchiveUnpacker;
import io.github.mmupgrade.unpack.UnpackLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * What {@code dev/attack-trees} runs as root: each operation again and again on a tree in which processes of another
 * user exchange a directory with a link to a directory of root's.
 */
public final class TreeAttack {

    private static final int USER = 65534;
    private static final String SECRET = "secret";

    private static final InstallationSwap.Listener SILENT = new InstallationSwap.Listener() {
        @Override
        public void before(Rename rename) {}

        @Override
        public void after(Rename rename) {}
    };

    private final Path base;
    private final Path attacker;
    private int tries;
    private String[] exchanged = {"a", "link"};

    private TreeAttack(Path base, Path attacker, int tries) {
        this.base = base;
        this.attacker = attacker;
        this.tries = tries;
    }

    @FunctionalInterface
    private interface Operation {
        /** Says whether something of the outside came in. */
        boolean run(Path tree) throws IOException;
    }

    /** Arguments: a directory, the attacker's program, how many tries, how many attackers. */
    public static void main(String[] arguments) throws IOException {
        TreeAttack attack =
                new TreeAttack(Path.of(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]));
        int attackers = Integer.parseInt(arguments[3]);
        int outside = 0;
        Path mine = Files.createDirectory(Path.of(arguments[0]).resolve("mine"));
        // by path, as it must not be done: shows that the attack works
        attack.run("(control) copy", attackers, tree -> Files.readString(tree.resolve("a/file"))
                .equals(SECRET));
        attack.run("(control) mode", attackers, tree -> {
            if (Files.isDirectory(tree.resolve("a"), LinkOption.NOFOLLOW_LINKS)) {
                Files.setAttribute(tree.resolve("a/file"), "unix:mode", 0666);
            }
            return false;
        });
        outside += attack.run("delete", attackers, tree -> {
            TreeDelete.delete(tree.resolve("a"));
            return false;
        });
        outside += attack.run("walk", attackers, tree -> {
            boolean[] met = new boolean[1];
            new TreeWalk(tree).forEachRemaining(entry -> met[0] |= entry.name().endsWith("only-outside"));
            return met[0];
        });
        outside += attack.run("copy", attackers, tree -> {
            Path copy = mine.resolve("copy");
            Files.deleteIfExists(copy);
            try (SecureTree secure = new SecureTree();
                    var in = secure.read(tree.resolve("a/file"))) {
                new FileCopier().copy(in, copy, 0, read -> {});
            }
            return Files.readString(copy).equals(SECRET);
        });
        outside += attack.run("write", attackers, tree -> {
            Path written = Files.writeString(mine.resolve("restored"), "restored");
            try (SecureTree secure = new SecureTree()) {
                secure.move(written, tree.resolve("a/restored"));
            }
            return false;
        });
        outside += attack.run("owner and mode", attackers, tree -> {
            try (SecureTree secure = new SecureTree()) {
                FileStat file = secure.stat(tree.resolve("a/file"));
                secure.apply(file.with(0666, USER, USER), tree.resolve("a/file"));
                secure.apply(secure.stat(tree.resolve("a")).with(0777, USER, USER), tree.resolve("a"));
            }
            return false;
        });
        outside += attack.run("give away", attackers, tree -> {
            TreeGift.give(
                    tree.resolve("a"),
                    FileStat.of(tree.resolve("a")),
                    new Owner(USER, USER),
                    entry -> OptionalInt.of(0777),
                    secure -> {});
            return false;
        });
        outside += attack.run("replace", attackers, tree -> {
            AtomicFile.replace(tree.resolve("a/file"), out -> out.write('x'));
            return false;
        });
        outside += attack.run("install", attackers, tree -> {
            Path next = Files.createDirectories(mine.resolve("next"));
            Path fresh = Files.writeString(next.resolve("fresh"), "fresh");
            Path previous = tree.resolveSibling("previous");
            List<SwapPlan.Move> moves = List.of(
                    new SwapPlan.Move(
                            SwapPlan.Direction.OUT, new Rename(tree.resolve("a/file"), previous.resolve("file"))),
                    new SwapPlan.Move(SwapPlan.Direction.IN, new Rename(fresh, tree.resolve("a/fresh"))));
            try {
                new InstallationSwap(new Installation(tree, false))
                        .carryOut(new SwapPlan(next, previous, moves, List.of(), List.of()), SILENT);
            } catch (StageFailedException e) {
                // refused because of the attack
            }
            boolean came = Files.exists(previous.resolve("file"))
                    && Files.readString(previous.resolve("file")).equals(SECRET);
            TreeDelete.delete(previous);
            return came;
        });
        // the directory itself is exchanged, for one of the attacker's with links in it
        VerifiedArchive archive = release(mine.resolve("release.tar.gz"));
        attack.exchanged = new String[] {".next.unpacking", "own"};
        attack.tries = Math.max(1, attack.tries / 20);
        outside += attack.run("unpack", attackers, tree -> {
            try {
                new ArchiveUnpacker(new LocalHost(), ArchiveProcessor.AMD64, event -> {})
                        .unpack(archive, tree.resolve(".next"), mine.resolve("shipped"), UnpackLimits.DEFAULT);
            } catch (RefusedException e) {
                // because of the attack
            }
            try (var entries = Files.list(tree)) {
                for (Path entry : entries.filter(
                                path -> path.getFileName().toString().startsWith(".next"))
                        .toList()) {
                    TreeDelete.delete(entry);
                }
            }
            return false;
        });
        if (outside > 0) {
            throw new IllegalStateException(outside + " tries reached what is outside");
        }
    }

    private static VerifiedArchive release(Path file) throws IOException {
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (String directory : List.of("bin", "client")) {
                for (int i = 0; i < 20; i++) {
                    byte[] content = "#!/bin/sh".getBytes(StandardCharsets.UTF_8);
                    TarArchiveEntry entry =
                            new TarArchiveEntry("mattermost/" + directory + "/" + (i == 0 ? "mattermost" : "file" + i));
                    entry.setMode(0777);
                    entry.setSize(content.length);
                    tar.putArchiveEntry(entry);
                    tar.write(content);
                    tar.closeArchiveEntry();
                }
            }
        }
        return new VerifiedArchive(file, Digests.sha256(file), "this program");
    }

    private int run(String name, int attackers, Operation operation) throws IOException {
        int outside = 0;
        int ended = 0;
        Path secrets = base.resolve("secrets");
        for (int done = 0; done < tries; ) {
            Path tree = build();
            List<Process> processes = new ArrayList<>();
            try {
                for (int i = 0; i < attackers; i++) {
                    processes.add(new ProcessBuilder(
                                    "setpriv",
                                    "--reuid=" + USER,
                                    "--regid=" + USER,
                                    "--clear-groups",
                                    attacker.toString(),
                                    tree.resolve(exchanged[0]).toString(),
                                    tree.resolve(exchanged[1]).toString())
                            .start());
                }
                for (int i = 0; i < 50 && done < tries; i++, done++) {
                    boolean came = false;
                    try {
                        came = operation.run(tree);
                        ended++;
                    } catch (FileSystemException e) {
                        // refused because of the attack
                    }
                    if (came || isTouched(secrets)) {
                        outside++;
                        rebuildSecrets(secrets);
                    }
                    fill(tree);
                }
            } finally {
                processes.forEach(Process::destroyForcibly);
                processes.forEach(process -> process.onExit().join());
            }
        }
        System.out.printf(
                "%-16s %d tries, %d outside (%d ended, the others were refused)%n", name + ":", tries, outside, ended);
        return outside;
    }

    private Path build() throws IOException {
        Path tree = base.resolve("tree");
        TreeDelete.delete(tree);
        rebuildSecrets(base.resolve("secrets"));
        Files.createDirectory(tree);
        own(tree);
        own(Files.createSymbolicLink(tree.resolve("link"), base.resolve("secrets")));
        fill(tree);
        Path own = Files.createDirectory(tree.resolve("own"));
        for (String name : List.of("bin", "client", "file")) {
            own(Files.createSymbolicLink(own.resolve(name), base.resolve("secrets")));
        }
        own(own);
        return tree;
    }

    /** Makes what an operation has taken away again; whichever of the two names is free gets it. */
    private static void fill(Path tree) throws IOException {
        Predicate<Path> there = path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        for (Path name : List.of(tree.resolve("a"), tree.resolve("link"))) {
            if (!there.test(name)) {
                boolean link =
                        name.endsWith("link") || Files.isDirectory(tree.resolve("link"), LinkOption.NOFOLLOW_LINKS);
                if (link) {
                    own(Files.createSymbolicLink(name, tree.resolveSibling("secrets")));
                } else {
                    Path staged = Files.createTempDirectory(tree.getParent(), "staged");
                    for (int i = 0; i < 5; i++) {
                        own(Files.writeString(staged.resolve(i == 0 ? "file" : "file" + i), "inside"));
                    }
                    own(staged);
                    Files.move(staged, name);
                }
            }
        }
        try (SecureTree secure = new SecureTree()) {
            Path staged = Files.writeString(tree.resolveSibling("staged-file"), "inside");
            own(staged);
            secure.move(staged, tree.resolve("a/file"));
        } catch (FileSystemException e) {
            // at that moment it is the link
        }
    }

    private static void own(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", USER, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", USER, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isTouched(Path secrets) throws IOException {
        FileStat directory = FileStat.of(secrets);
        if (directory.mode() != 0700 || directory.uid() != 0) {
            return true;
        }
        try (var files = Files.list(secrets)) {
            if (files.count() != 2) {
                return true;
            }
        }
        for (String name : List.of("file", "only-outside")) {
            Path file = secrets.resolve(name);
            if (!Files.exists(file)) {
                return true;
            }
            FileStat stat = FileStat.of(file);
            if (stat.mode() != 0600
                    || stat.uid() != 0
                    || !Files.readString(file).equals(SECRET)) {
                return true;
            }
        }
        return false;
    }

    private static void rebuildSecrets(Path secrets) throws IOException {
        TreeDelete.delete(secrets);
        Files.createDirectory(secrets);
        AtomicFile.write(secrets.resolve("file"), AtomicFile.PRIVATE, SECRET);
        AtomicFile.write(secrets.resolve("only-outside"), AtomicFile.PRIVATE, SECRET);
        Files.setAttribute(secrets, "unix:mode", 0700);
    }
}
