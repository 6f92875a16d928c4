package io.github.mmupgrade.backup;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.BackupSubject;
import io.github.mmupgrade.backup.format.FileStoreLocation;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.LineReporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An installation's trees, and backups of them, in a directory of a test. */
public final class BackupFixture {

    /** Keeps what was said. */
    public static final class Said implements LineReporter {
        final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
        public final List<String> infos = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void info(String line) {
            infos.add(line);
        }

        @Override
        public void warn(String line) {
            warnings.add(line);
        }

        @Override
        public void debug(String line) {}
    }

    public final Said said = new Said();
    public final Path store;
    public final Path config;
    public final Path backups;
    public final BackupDirectory directory;
    private int runs;

    public BackupFixture(Path folder) throws IOException {
        this(folder, "mattermost");
    }

    /** The same with another name of the installation. */
    public BackupFixture(Path folder, String installation) throws IOException {
        Path base = folder.toRealPath();
        store = Files.createDirectories(base.resolve("mattermost/data"));
        config = Files.createDirectories(base.resolve("mattermost/config"));
        backups = base.resolve("backups");
        write(config.resolve("config.json"), "{\"a\": 1}");
        directory = BackupDirectory.at(new LocalHost(), said, backups, installation);
        directory.prepare(List.of(base.resolve("mattermost")));
    }

    public static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    public List<BackupSource> sources() {
        return List.of(BackupSource.directory("files", store), BackupSource.directory("config", config));
    }

    public static BackupSubject subject() {
        return new BackupSubject(
                "mattermost",
                "/opt/mattermost",
                "chat1",
                "0.1.0",
                "5.25.6",
                "team",
                "5.25.0",
                "postgres://mmuser@127.0.0.1:5432/mattermost",
                FileStoreLocation.local("/opt/mattermost/data"));
    }

    public BackupDraft create() {
        return directory.create(
                BackupDirectory.runId(Instant.parse("2026-11-23T03:14:15Z").plusSeconds(runs++), "5.25.6"),
                subject(),
                false);
    }

    /** A backup with both passes. */
    public Backup backUp() {
        try (BackupDraft draft = create()) {
            draft.copyAhead(sources());
            draft.finish(sources(), BackupDraft.Writers.STOPPED);
            return draft.seal(BackupState.COMPLETE);
        }
    }

    /** Lets all that was written so far be older than what is taken for just changed. */
    public static void settle() throws InterruptedException {
        Thread.sleep(2100);
    }

    /** Each entry below a directory: kind and content; modes and times of the originals when asked for. */
    public static Map<String, String> content(Path root, boolean attributes) throws IOException {
        Map<String, String> result = new TreeMap<>();
        TreeWalk walk = new TreeWalk(root);
        while (walk.hasNext()) {
            TreeWalk.Entry entry = walk.next();
            FileStat stat = entry.stat();
            String what =
                    switch (stat.kind()) {
                        case FILE -> stat.size() + " " + Digests.sha256(entry.path());
                        case LINK -> RawName.ofWhole(Files.readSymbolicLink(entry.path()));
                        case DIRECTORY -> "directory";
                        case OTHER -> "other";
                    };
            if (stat.kind() != FileStat.Kind.OTHER) {
                String rest = attributes && stat.kind() != FileStat.Kind.LINK
                        ? " " + Integer.toOctalString(stat.mode()) + " " + stat.uid() + ":" + stat.gid() + " "
                                + stat.mtime()
                        : "";
                result.put(entry.name(), what + rest);
            }
        }
        return result;
    }

    static void age(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }
}
