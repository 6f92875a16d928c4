package io.github.mmupgrade.unpack;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.testing.LineReporter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** What {@code dev/bench-unpack} runs: makes an archive shaped like a release, or unpacks one. */
public final class UnpackBenchmark {

    private static final int SMALL_FILES = 20_000;
    private static final int PLUGINS = 14;
    private static final int MEBIBYTE = 1 << 20;

    private final Random random = new Random(7);
    private final byte[] text = text();

    private UnpackBenchmark() {}

    /**
     * Takes {@code generate FILE}, or {@code unpack FILE DIRECTORY}, which prints the milliseconds it took; so does {@code
     * unpack-by-java}, which does without {@code igzip}.
     */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("generate")) {
            new UnpackBenchmark().generate(Path.of(args[1]));
        } else {
            VerifiedArchive archive = ArchiveSandbox.verified(Path.of(args[1]));
            long start = System.nanoTime();
            Path target = Path.of(args[2]);
            ArchiveProcessor processor =
                    ArchiveProcessor.ofThisMachine().orElseThrow(() -> new IllegalStateException("no such processor"));
            new ArchiveUnpacker(
                            ArchiveSandbox.hostWith(!args[0].equals("unpack-by-java"), true), processor, new Quiet())
                    .unpack(archive, target, target.resolveSibling("shipped"), UnpackLimits.DEFAULT);
            System.out.println((System.nanoTime() - start) / 1_000_000);
        }
    }

    /** About 400 MB: 20,000 small texts, two programs half of which can be compressed, plugins that can't be. */
    private void generate(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), MEBIBYTE);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out, MEBIBYTE), "UTF-8")) {
            put(tar, "mattermost/bin/mattermost", 0755, program(150 * MEBIBYTE));
            put(tar, "mattermost/bin/mmctl", 0755, program(60 * MEBIBYTE));
            for (int i = 0; i < SMALL_FILES; i++) {
                byte[] content = new byte[Math.min(200_000, 20 + (int) (-6000 * Math.log(1 - random.nextDouble())))];
                System.arraycopy(text, random.nextInt(text.length - content.length), content, 0, content.length);
                put(tar, "mattermost/client/" + i % 400 + "/" + i + ".js", 0644, content);
            }
            for (int i = 0; i < PLUGINS; i++) {
                put(
                        tar,
                        "mattermost/prepackaged_plugins/" + i + ".tar.gz",
                        0644,
                        ArchiveSample.noise(i, 16 * MEBIBYTE));
            }
        }
    }

    private byte[] program(int length) {
        byte[] result = new byte[length];
        byte[] elf = ArchiveSample.elf(System.getProperty("os.arch").equals("aarch64") ? 183 : 62);
        int block = 1 << 16;
        for (int at = 0; at < length; at += block) {
            int count = Math.min(block, length - at);
            if (random.nextDouble() < 0.45) {
                byte[] noise = new byte[count];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, result, at, count);
            } else {
                System.arraycopy(text, random.nextInt(text.length - count), result, at, count);
            }
        }
        System.arraycopy(elf, 0, result, 0, elf.length);
        return result;
    }

    private byte[] text() {
        StringBuilder words = new StringBuilder();
        String[] vocabulary = new String[4000];
        for (int i = 0; i < vocabulary.length; i++) {
            vocabulary[i] = random.ints(3 + random.nextInt(8), 'a', 'z' + 1)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }
        while (words.length() < 8 * MEBIBYTE) {
            words.append(vocabulary[random.nextInt(vocabulary.length)]).append(' ');
        }
        return words.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void put(TarArchiveOutputStream tar, String name, int mode, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(mode);
        entry.setModTime(ArchiveSample.TIME * 1000);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static final class Quiet implements LineReporter {
        @Override
        public void info(String line) {}

        @Override
        public void warn(String line) {
            System.err.println(line);
        }

        @Override
        public void debug(String line) {}
    }
}
