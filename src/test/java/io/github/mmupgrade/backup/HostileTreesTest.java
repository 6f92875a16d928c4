package io.github.mmupgrade.backup;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Trees of names, links, modes and kinds that nobody expects, each from a seed: backed up, changed, taken back, restored
 * elsewhere and removed. All of it comes back, and nothing outside is touched.
 */
public class HostileTreesTest {

    private static final int MOST_ENTRIES = 60;
    private static final int LENT_RIGHTS = 06000;

    /** Bytes, as file systems take them. */
    private static final List<String> NAMES = List.of(
            "a",
            "-rf",
            "--",
            " ",
            "x\ny",
            "\t",
            "*",
            "$(reboot)",
            "`id`",
            "'",
            "\"",
            "\\",
            ";",
            "...",
            ".hidden",
            "lost+found",
            "con",
            "caf\u00c3\u00a9",
            "cafe\u00cc\u0081",
            "\u00ff\u00fe",
            "\u00e2\u0080\u00aetxt",
            "\u001b[2J",
            "%00",
            "A",
            "config.json",
            "n".repeat(250));

    private static final List<String> TARGETS = List.of(
            "/", "..", "../../outside", "../../outside/file", "a", ".", "nowhere", "/etc/passwd", "x\ny", "loop");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final LocalHost host = new LocalHost();
    private final boolean root = host.self().uid() == 0;

    @Test
    public void allOfThemComeBackAndNothingOutsideIsTouched() throws Exception {
        Path outside =
                Files.createDirectory(folder.getRoot().toPath().toRealPath().resolve("outside"));
        BackupFixture.write(outside.resolve("file"), "of others");
        Map<String, String> untouched = BackupFixture.content(outside, true);
        for (int seed = 0; seed < Samples.size(500, 10); seed++) {
            Path base = Files.createDirectory(folder.getRoot().toPath().resolve("tree"));
            try {
                take(seed, base, outside);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            } finally {
                TreeDelete.delete(base);
            }
            assertEquals("seed " + seed, untouched, BackupFixture.content(outside, true));
            Samples.tried("trees");
        }
    }

    private void take(int seed, Path base, Path outside) throws Exception {
        BackupFixture fixture = new BackupFixture(base);
        Random random = new Random(seed);
        grow(fixture.store, random, outside);
        Map<String, String> before = lendingNothing(fixture.store);
        Backup backup = fixture.backUp();
        Verification verified = backup.verify(fixture.said);
        assertEquals(List.of(), verified.findings());

        shake(fixture.store, random, outside);
        FileRestore restore = new FileRestore(verified, host, fixture.said);
        restore.inPlace("files", fixture.store);
        assertSame(before, lendingNothing(fixture.store));
        Path elsewhere = base.resolve("elsewhere");
        restore.toEmptyPlace("files", elsewhere);
        assertSame(before, lendingNothing(elsewhere));
        // a second backup shares what is unchanged, and stays whole when the first goes
        Backup again = fixture.backUp();
        fixture.directory.prune(new PrunePolicy(1, null), run -> false, Instant.now(), false);
        assertTrue(again.verify(fixture.said).sound());
    }

    private static void assertSame(Map<String, String> expected, Map<String, String> found) {
        Set<String> names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        names.removeIf(name -> Objects.equals(expected.get(name), found.get(name)));
        for (String name : names) {
            assertEquals(name, expected.get(name), found.get(name));
        }
    }

    /** What is there, as it may come back: nothing lends its owner's rights. */
    private static Map<String, String> lendingNothing(Path tree) throws IOException {
        Map<String, String> result = new TreeMap<>();
        BackupFixture.content(tree, true).forEach((name, what) -> {
            String[] words = what.split(" ");
            boolean file = words.length == 5;
            if (file) {
                words[2] = Integer.toOctalString(Integer.parseInt(words[2], 8) & ~LENT_RIGHTS);
            }
            result.put(name, String.join(" ", words));
        });
        return result;
    }

    private void grow(Path store, Random random, Path outside) throws Exception {
        List<Path> directories = new ArrayList<>(List.of(store));
        List<Path> files = new ArrayList<>();
        for (int i = 5 + random.nextInt(MOST_ENTRIES); i >= 0; i--) {
            Path parent = directories.get(random.nextInt(directories.size()));
            Path entry = RawName.resolve(parent, NAMES.get(random.nextInt(NAMES.size())));
            if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> directories.add(Files.createDirectory(entry));
                case 3, 4 -> Files.createSymbolicLink(entry, target(random, outside));
                case 5 -> {
                    if (!files.isEmpty()) {
                        Files.createLink(entry, files.get(random.nextInt(files.size())));
                    }
                }
                case 6 -> {
                    try (FileChannel sparse =
                            FileChannel.open(entry, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                        sparse.write(ByteBuffer.wrap(new byte[] {1}), random.nextInt(1 << 20));
                    }
                    files.add(entry);
                }
                case 7 -> {
                    if (random.nextInt(8) == 0) {
                        // no program starts in a directory whose name is no text
                        host.run(Command.of("mkfifo", "--", "pipe")
                                .directory(store)
                                .build());
                    }
                }
                default -> {
                    byte[] bytes = new byte[random.nextInt(3000)];
                    random.nextBytes(bytes);
                    files.add(Files.write(entry, bytes));
                }
            }
        }
        for (Path file : files) {
            if (random.nextInt(4) == 0) {
                int mode = random.nextInt(010000);
                // who isn't root has to read it
                Files.setAttribute(file, "unix:mode", root ? mode : (mode & 01777) | 0400, LinkOption.NOFOLLOW_LINKS);
            }
            if (root && random.nextInt(4) == 0) {
                Files.setAttribute(file, "unix:uid", random.nextInt(60_000), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static Path target(Random random, Path outside) {
        return random.nextInt(3) == 0 ? outside : Path.of(TARGETS.get(random.nextInt(TARGETS.size())));
    }

    /** What a hostile server's user does between a backup and its restore. */
    private void shake(Path store, Random random, Path outside) throws IOException {
        List<Path> entries;
        try (var all = Files.walk(store)) {
            entries = new ArrayList<>(all.filter(path -> !path.equals(store)).toList());
        }
        for (Path entry : entries) {
            if (!Files.exists(entry, LinkOption.NOFOLLOW_LINKS) || random.nextInt(3) > 0) {
                continue;
            }
            boolean directory = FileStat.of(entry).isDirectory();
            switch (random.nextInt(4)) {
                case 0 -> TreeDelete.delete(entry);
                case 1 -> {
                    TreeDelete.delete(entry);
                    Files.createSymbolicLink(entry, outside);
                }
                case 2 -> {
                    TreeDelete.delete(entry);
                    if (directory) {
                        Files.write(entry, new byte[] {1});
                    } else {
                        Files.createDirectory(entry);
                        Files.write(entry.resolve("new"), new byte[] {2});
                    }
                }
                default -> {
                    if (directory) {
                        Files.write(entry.resolve("new"), new byte[] {3});
                    }
                }
            }
        }
    }
}
