package io.github.mmupgrade.backup;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.BackupSubject;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.testing.LineReporter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What {@code dev/bench-backup} runs: measures the file side of a backup against rsync and cp. */
public final class BackupBench {

    private static final String ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private static final int ROUNDS = 5;
    private static final double FIRST_COPY = 0.7;

    private final Path directory;
    private final LocalHost host = new LocalHost();
    private int run;
    private boolean missed;

    private BackupBench(Path directory) {
        this.directory = directory;
    }

    /**
     * Runs one part.
     *
     * @param arguments the part ({@code copy}, {@code growth} or {@code heap}), a directory that may be filled, files,
     *     bytes
     */
    public static void main(String[] arguments) throws Exception {
        BackupBench bench = new BackupBench(Path.of(arguments[1]).toRealPath());
        int files = Integer.parseInt(arguments[2]);
        long bytes = Long.parseLong(arguments[3]);
        switch (arguments[0]) {
            case "copy" -> bench.copy(files, bytes);
            case "growth" -> bench.growth(files);
            case "heap" -> bench.heap(files);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(bench.missed ? 1 : 0);
    }

    private void copy(int files, long bytes) throws Exception {
        Path store = directory.resolve("store");
        Path mirror = directory.resolve("mirror");
        say("making %,d files of %,d bytes", files, bytes);
        make(store, files, bytes);
        List<BackupSource> sources = List.of(BackupSource.directory("files", store));
        settle();

        List<Double> ours = new ArrayList<>();
        List<Double> oursDurable = new ArrayList<>();
        List<Double> rsync = new ArrayList<>();
        List<Double> rsyncDurable = new ArrayList<>();
        List<Double> cp = new ArrayList<>();
        // nothing is removed in between: ext4 gives out inodes slowly for minutes after many were freed
        // (recently_deleted)
        for (int i = 0; i < ROUNDS; i++) {
            Path round = Files.createDirectory(directory.resolve("round" + i));
            sync();
            double first = run("rsync", "-a", store + "/", round.resolve("rsync") + "/");
            rsync.add(first);
            rsyncDurable.add(first + sync());
            cp.add(run("cp", "-ra", store.toString(), round.resolve("cp").toString()));
            sync();
            try (BackupDraft draft = create(backups(store, round))) {
                long start = System.nanoTime();
                CopyResult result = draft.copyAhead(sources);
                ours.add(result.duration().toNanos() / 1e9);
                oursDurable.add(seconds(start));
                draft.finish(sources, BackupDraft.Writers.STOPPED);
                draft.seal(BackupState.COMPLETE);
            }
        }
        say("cp -ra %.2f s", median(cp));
        compare("first copy / rsync -a", ours, rsync, FIRST_COPY);
        compare("first copy, on the disk / rsync -a; sync", oursDurable, rsyncDurable, FIRST_COPY);

        BackupDirectory backups = backups(store, directory);
        run("rsync", "-a", store + "/", mirror + "/");
        afterStop("after the stop, nothing changed / rsync -a", 0, files, store, mirror, backups, 0.5);
        afterStop("after the stop, 1%% changed / rsync -a", files / 100, files, store, mirror, backups, 0.5);
    }

    private void afterStop(
            String what, int changed, int files, Path store, Path mirror, BackupDirectory backups, double bar)
            throws Exception {
        List<BackupSource> sources = List.of(BackupSource.directory("files", store));
        List<Double> ours = new ArrayList<>();
        List<Double> rsync = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            try (BackupDraft draft = create(backups)) {
                settle();
                draft.copyAhead(sources);
                change(store, changed, files);
                long start = System.nanoTime();
                draft.finish(sources, BackupDraft.Writers.STOPPED);
                ours.add(seconds(start));
                draft.seal(BackupState.COMPLETE);
            }
            // the mirror misses exactly the same changes
            rsync.add(run("rsync", "-a", store + "/", mirror + "/"));
        }
        compare(what, ours, rsync, bar);
    }

    private void growth(int files) throws Exception {
        List<Double> perFile = new ArrayList<>();
        for (int size : new int[] {files, 10 * files}) {
            Path store = directory.resolve("store" + size);
            Path mirror = directory.resolve("mirror");
            make(store, size, 0);
            settle();
            BackupDirectory backups = backups(store, directory);
            List<BackupSource> sources = List.of(BackupSource.directory("files", store));
            List<Double> followed = new ArrayList<>();
            List<Double> seals = new ArrayList<>();
            List<Double> walked = new ArrayList<>();
            List<Double> rsync = new ArrayList<>();
            run("rsync", "-a", store + "/", mirror + "/");
            for (int i = 0; i < ROUNDS; i++) {
                try (BackupDraft draft = create(backups)) {
                    draft.copyAhead(sources);
                    settle();
                    followed.add(finish(draft, sources));
                    // without a mark that the first pass began, and without what was followed: as by another process
                    Files.delete(draft.root().resolve("finishing"));
                    walked.add(finish(draft, sources));
                    rsync.add(run("rsync", "-a", store + "/", mirror + "/"));
                }
                try (BackupDraft draft = create(backups)) {
                    draft.copyAhead(sources);
                    draft.finish(sources, BackupDraft.Writers.STOPPED);
                    long start = System.nanoTime();
                    draft.seal(BackupState.COMPLETE);
                    seals.add(seconds(start));
                }
            }
            say("after the stop, %,d unchanged files, changes followed: %.3f s", size, median(followed));
            say("                                    its lists and the disk: %.3f s", median(seals));
            say("                                    all of them looked at: %.2f s", median(walked));
            if (size > files) {
                report(
                        String.format(Locale.ROOT, "seconds, %,d unchanged files, followed", size),
                        median(followed),
                        0.1);
                compare(
                        String.format(Locale.ROOT, "%,d unchanged files, all looked at / rsync -a", size),
                        walked,
                        rsync,
                        0.35);
            }
            perFile.add(median(walked) / size);
            remove(store);
            remove(mirror);
            remove(directory.resolve("backups"));
        }
        double growth = perFile.get(1) / perFile.get(0);
        report("seconds per file, ten times the files / once", growth, 1.5);
    }

    private static double finish(BackupDraft draft, List<BackupSource> sources) {
        long start = System.nanoTime();
        draft.finish(sources, BackupDraft.Writers.STOPPED);
        return seconds(start);
    }

    private void heap(int files) throws Exception {
        Path store = directory.resolve("many");
        make(store, files, 0);
        BackupDirectory backups = backups(store, directory);
        List<BackupSource> sources = List.of(BackupSource.directory("files", store));
        long start = System.nanoTime();
        Backup backup;
        try (BackupDraft draft = create(backups)) {
            draft.copyAhead(sources);
            draft.finish(sources, BackupDraft.Writers.STOPPED);
            backup = draft.seal(BackupState.COMPLETE);
        }
        settle();
        try (BackupDraft draft = create(backups)) {
            draft.copyAhead(sources);
            draft.finish(sources, BackupDraft.Writers.STOPPED);
            draft.seal(BackupState.COMPLETE);
        }
        Verification verification = backup.verify(quiet());
        if (!verification.sound() || verification.files() != files) {
            throw new IllegalStateException(verification.toString());
        }
        new FileRestore(verification, host, quiet()).toEmptyPlace("files", directory.resolve("again"));
        say(
                "%,d files backed up twice, verified and restored within a heap of %,d MB: %.0f s",
                files, Runtime.getRuntime().maxMemory() >> 20, seconds(start));
    }

    private BackupDirectory backups(Path store, Path parent) {
        BackupDirectory backups = BackupDirectory.at(host, quiet(), parent.resolve("backups"), "mattermost");
        backups.prepare(List.of(store));
        return backups;
    }

    private BackupDraft create(BackupDirectory backups) {
        BackupSubject subject =
                new BackupSubject("mattermost", "/opt/mattermost", "bench", "0", "5.37.0", null, null, null, null);
        Instant start = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofSeconds(run++));
        return backups.create(BackupDirectory.runId(start, "5.37.0"), subject, false);
    }

    /** Files as a server lays them: one directory per upload, an image with its preview and its thumbnail. */
    public static void make(Path store, int files, long bytes) throws IOException {
        Random random = new Random(1);
        byte[] noise = new byte[1 << 22];
        random.nextBytes(noise);
        double[] shares = {2.3, 0.6, 0.1};
        String[] names = {"photo.jpg", "photo_preview.jpg", "photo_thumb.jpg"};
        for (int made = 0, upload = 0; made < files; upload++) {
            Path directory = store.resolve(String.format(
                    Locale.ROOT,
                    "2026%02d%02d/teams/noteam/channels/%s/users/%s/%s",
                    1 + upload / 60 / 28 % 12,
                    1 + upload / 60 % 28,
                    id(random.nextInt(20)),
                    id(random.nextInt(12)),
                    id(100 + upload)));
            Files.createDirectories(directory);
            for (int i = 0; i < names.length && made < files; i++, made++) {
                long left = (long) ((double) bytes / files * shares[i]);
                try (OutputStream out = Files.newOutputStream(directory.resolve(names[i]))) {
                    while (left > 0) {
                        int offset = random.nextInt(1000);
                        int length = (int) Math.min(left, noise.length - offset);
                        out.write(noise, offset, length);
                        left -= length;
                    }
                }
            }
        }
    }

    private static String id(int seed) {
        Random random = new Random(seed);
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < 26; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    /** Rewrites some files, spread over the store. */
    private static void change(Path store, int count, int files) throws IOException {
        if (count == 0) {
            return;
        }
        int step = files / count;
        int[] seen = {0};
        Random random = new Random();
        try (var all = Files.walk(store)) {
            for (Path file : all.toList()) {
                if (Files.isRegularFile(file) && seen[0]++ % step == 0) {
                    byte[] bytes = new byte[(int) Math.max(1, Files.size(file))];
                    random.nextBytes(bytes);
                    Files.write(file, bytes);
                }
            }
        }
    }

    private double run(String program, String... arguments) {
        long start = System.nanoTime();
        CommandResult result = host.run(
                Command.of(program, arguments).limit(Duration.ofHours(1)).build());
        if (!result.succeeded()) {
            throw new IllegalStateException(result.tail());
        }
        return seconds(start);
    }

    private static void remove(Path path) throws IOException {
        TreeDelete.delete(path);
    }

    /** Leaves nothing to be written by what was measured before. */
    private double sync() {
        return run("sync", "-f", directory.toString());
    }

    private static void settle() throws InterruptedException {
        Thread.sleep(2500);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(List<Double> times) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private void compare(String what, List<Double> ours, List<Double> theirs, double bar) {
        say("%s: %.2f s / %.2f s", what.replace("%%", "%"), median(ours), median(theirs));
        report(what.replace("%%", "%"), median(ours) / median(theirs), bar);
    }

    private void report(String what, double ratio, double bar) {
        boolean held = ratio <= bar;
        missed |= !held;
        say("%-6s %.2f (at most %.2f)  %s", held ? "ok" : "MISSED", ratio, bar, what);
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    private static Reporter quiet() {
        return new LineReporter() {
            @Override
            public void info(String line) {}

            @Override
            public void warn(String line) {}

            @Override
            public void debug(String line) {}
        };
    }
}
