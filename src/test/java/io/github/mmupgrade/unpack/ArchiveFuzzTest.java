package io.github.mmupgrade.unpack;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;

/**
 * Unpacks 3,200 archives that were changed at random, each from a seed that the message of a failure names. Whatever
 * was changed: nothing is ever outside the target, and an archive is refused with a reason or unpacked as a whole.
 */
public class ArchiveFuzzTest {

    private static final int PER_KIND = Samples.size(400, 60);
    private static final int RECORD = 512;
    private static final List<String> NAMES = List.of(
            "/x",
            "../x",
            "mattermost/../../x",
            "mattermost",
            "mattermost/",
            "mattermost/bin",
            "mattermost/bin/../bin/y",
            "mattermost/BIN/z",
            "mattermost/bin/mattermost/q",
            "./mattermost/k",
            "mattermost//l",
            "x",
            "",
            "mattermost/\u0001",
            "mattermost/link/y",
            "mattermost/caf\u00e9",
            "mattermost/cafe\u0301");
    private static final List<String> TARGETS = List.of(
            "..", "../..", "/etc", "bin", "bin/../..", "link", "link/../..", "mattermost/bin/mattermost", "", "x");
    private static final String TYPES = "0123456789LKNSxgVMDX\0";

    private static final Host WITHOUT_PROGRAM = ArchiveSandbox.hostWith(false, false);
    private static final Host WITH_PROGRAM = ArchiveSandbox.hostWith(true, false);

    @Rule
    public final ArchiveSandbox sandbox = new ArchiveSandbox();

    private int refused;

    @Test(timeout = 300_000)
    public void bytesOfThePackedArchive() throws Exception {
        byte[] packed = sample().gzip();
        fuzz(List.of(WITHOUT_PROGRAM, WITH_PROGRAM), (random, seed) -> {
            byte[] changed = packed.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            return changed;
        });
    }

    @Test(timeout = 300_000)
    public void lengthOfThePackedArchive() throws Exception {
        byte[] packed = sample().gzip();
        fuzz(List.of(WITHOUT_PROGRAM, WITH_PROGRAM), (random, seed) -> {
            byte[] cut = Arrays.copyOf(packed, random.nextInt(packed.length));
            return random.nextBoolean()
                    ? cut
                    : ArchiveSample.concat(
                            random.nextBoolean() ? packed : cut, ArchiveSample.noise(seed, 1 + random.nextInt(600)));
        });
        assertEquals(PER_KIND, refused);
    }

    @Test(timeout = 300_000)
    public void bytesOfTheHeaders() throws Exception {
        byte[] tar = sample().tar();
        fuzz((random, seed) -> {
            byte[] changed = tar.clone();
            int header = header(changed, random);
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed[header + random.nextInt(RECORD)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) > 0) {
                correctChecksum(changed, header);
            }
            return ArchiveSample.gzip(changed);
        });
    }

    @Test(timeout = 300_000)
    public void fieldsOfTheHeaders() throws Exception {
        byte[] tar = sample().tar();
        int[][] fields = {
            {0, 100},
            {100, 8},
            {108, 8},
            {116, 8},
            {124, 12},
            {136, 12},
            {156, 1},
            {157, 100},
            {257, 8},
            {329, 8},
            {345, 155}
        };
        fuzz((random, seed) -> {
            byte[] changed = tar.clone();
            int header = header(changed, random);
            int[] field = fields[random.nextInt(fields.length)];
            byte[] value = new byte[field[1]];
            switch (random.nextInt(4)) {
                case 0 -> random.nextBytes(value);
                case 1 -> Arrays.fill(value, (byte) '7');
                case 2 -> {
                    // the form of numbers that octal digits can't hold
                    random.nextBytes(value);
                    value[0] = (byte) 0x80;
                }
                default -> Arrays.fill(value, (byte) 0xff);
            }
            System.arraycopy(value, 0, changed, header + field[0], value.length);
            correctChecksum(changed, header);
            return ArchiveSample.gzip(changed);
        });
    }

    @Test(timeout = 300_000)
    public void namesAndTypesOfEntries() throws Exception {
        fuzz((random, seed) -> {
            ArchiveSample sample = sample();
            for (int i = random.nextInt(3); i >= 0; i--) {
                byte[] content = random.nextInt(3) == 0 ? new byte[random.nextInt(2000)] : new byte[0];
                sample.entry(
                        pick(NAMES, random),
                        (byte) TYPES.charAt(random.nextInt(TYPES.length())),
                        random.nextInt(6) == 0 ? random.nextInt(010000) : 0644,
                        pick(TARGETS, random),
                        content);
            }
            return sample.gzip();
        });
    }

    @Test(timeout = 300_000)
    public void linksOverLinks() throws Exception {
        fuzz((random, seed) -> {
            ArchiveSample sample = ArchiveSample.release();
            List<String> parts = List.of("..", "a", "b", "c", "bin", ".");
            for (String name : List.of("a", "b", "a/c", "bin/b", "c")) {
                List<String> target = new ArrayList<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    target.add(pick(parts, random));
                }
                if (random.nextInt(4) == 0) {
                    sample.directory("mattermost/" + name + "/", 0755);
                } else if (random.nextInt(8) == 0) {
                    sample.hardLink("mattermost/" + name, "mattermost/" + String.join("/", target));
                } else {
                    sample.link("mattermost/" + name, String.join("/", target));
                }
            }
            return sample.gzip();
        });
    }

    @Test(timeout = 300_000)
    public void recordsMovedAround() throws Exception {
        byte[] tar = sample().tar();
        fuzz((random, seed) -> {
            byte[] changed = tar.clone();
            int records = changed.length / RECORD;
            for (int i = random.nextInt(3); i >= 0; i--) {
                int from = random.nextInt(records) * RECORD;
                int count = Math.min((1 + random.nextInt(4)) * RECORD, changed.length - from);
                int to = random.nextInt((changed.length - count) / RECORD + 1) * RECORD;
                System.arraycopy(tar, from, changed, to, count);
            }
            return ArchiveSample.gzip(changed);
        });
    }

    @Test(timeout = 300_000)
    public void extendedHeaders() throws Exception {
        List<String> keys = List.of(
                "path",
                "linkpath",
                "size",
                "mtime",
                "uid",
                "GNU.sparse.map",
                "GNU.sparse.major",
                "GNU.sparse.realsize",
                "SCHILY.realsize",
                "hdrcharset",
                "comment",
                "SCHILY.xattr.user.x");
        List<String> values = List.of(
                "../x",
                "/x",
                "mattermost/bin/mattermost",
                "mattermost/y",
                "-1",
                "9223372036854775807",
                "1e9",
                "0",
                "",
                "99999999999999999999",
                "0,1,2,3",
                "BINARY",
                "\u0000",
                "mattermost/\u00ff");
        fuzz((random, seed) -> {
            ArchiveSample sample = sample();
            StringBuilder records = new StringBuilder();
            for (int i = random.nextInt(4); i >= 0; i--) {
                String record = " " + pick(keys, random) + "=" + pick(values, random) + "\n";
                int length = record.getBytes(StandardCharsets.UTF_8).length;
                int digits = Integer.toString(length + 2).length();
                records.append(random.nextInt(8) == 0 ? random.nextInt(100000) : length + digits)
                        .append(record);
            }
            sample.entry(
                    "PaxHeaders/x",
                    (byte) (random.nextInt(4) == 0 ? 'g' : 'x'),
                    0644,
                    null,
                    records.toString().getBytes(StandardCharsets.UTF_8));
            return sample.file("mattermost/z" + seed, 0644, "z").gzip();
        });
    }

    private static ArchiveSample sample() {
        return ArchiveSample.release()
                .link("mattermost/link", "bin")
                .hardLink("mattermost/README", "mattermost/README.md")
                .file("mattermost/long/" + "name".repeat(40), 0644, "x")
                .file("mattermost/noise", 0644, ArchiveSample.noise(1, 2000));
    }

    private void fuzz(BiFunction<Random, Integer, byte[]> mutation) throws Exception {
        fuzz(List.of(WITHOUT_PROGRAM), mutation);
    }

    /** Whether a release comes of an archive must not depend on the host. */
    private void fuzz(List<Host> hosts, BiFunction<Random, Integer, byte[]> mutation) throws Exception {
        for (int seed = 0; seed < PER_KIND; seed++) {
            byte[] archive = mutation.apply(new Random(seed), seed);
            Set<Boolean> whole = new HashSet<>();
            for (Host host : hosts) {
                sandbox.use(host);
                whole.add(isWhole(seed, archive));
            }
            assertEquals("seed " + seed, 1, whole.size());
            refused += whole.contains(false) ? 1 : 0;
            Samples.tried("archives");
        }
        assertTrue(refused > 0);
    }

    private boolean isWhole(int seed, byte[] archive) throws Exception {
        boolean whole = false;
        try {
            UnpackedRelease release = sandbox.unpack(archive);
            whole = true;
            assertStaysInside(seed, release);
            TreeDelete.delete(sandbox.target());
            Files.delete(sandbox.list());
        } catch (RefusedException e) {
            String start = "The archive " + sandbox.root().resolve("archive.tar.gz") + " is refused: ";
            assertTrue("seed " + seed + ": " + e.getMessage(), e.getMessage().startsWith(start));
            assertTrue("seed " + seed + ": " + e.getMessage(), e.getMessage().length() > start.length() + 10);
            assertFalse("seed " + seed + ": " + e.getMessage(), e.getMessage().contains("null"));
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed, e);
        }
        sandbox.assertNothingLeft();
        return whole;
    }

    private void assertStaysInside(int seed, UnpackedRelease release) throws Exception {
        Path root = release.directory().toRealPath();
        assertTrue(Files.isRegularFile(root.resolve(release.serverProgram())));
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.filter(Files::isSymbolicLink).toList()) {
                Path end = path;
                if (Files.exists(path)) {
                    end = path.toRealPath();
                } else {
                    end = path.getParent()
                            .toRealPath()
                            .resolve(Files.readSymbolicLink(path))
                            .normalize();
                }
                assertTrue("seed " + seed + ": " + path + " leads to " + end, end.startsWith(root));
            }
        }
        List<String> listed = new ArrayList<>();
        ShippedFileList.read(release.shippedList(), entry -> listed.add(entry.path()));
        for (String path : listed) {
            assertTrue("seed " + seed + ": " + path, Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS));
        }
    }

    private static <T> T pick(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    /** Where one of the headers is. */
    private static int header(byte[] tar, Random random) {
        List<Integer> headers = new ArrayList<>();
        for (int at = 0; at + RECORD <= tar.length; at += RECORD) {
            if (new String(tar, at + 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
                headers.add(at);
            }
        }
        return pick(headers, random);
    }

    /** So that the header is read, and not just refused for its sum. */
    private static void correctChecksum(byte[] tar, int header) {
        Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < RECORD; i++) {
            sum += tar[header + i] & 0xff;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, header + 148, 8);
    }
}
