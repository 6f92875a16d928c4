package io.github.mmupgrade.maintenance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.PrunePolicy;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.elsewhere.Place;
import io.github.mmupgrade.elsewhere.UnreachablePlaceException;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.Mounts;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.LoopMount;
import io.github.mmupgrade.testing.PlainOptions;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestSshd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The real restic, rsync, ssh and sshd. */
public class HandOverTest {

    private static final String PASSWORD = "Pl4nted-pass word";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private Path root;
    private Path away;
    private BackupFixture fixture;

    @Before
    public void begin() throws IOException {
        root = folder.getRoot().toPath().toRealPath();
        away = Files.createDirectory(root.resolve("away"));
        Path install =
                Files.createDirectories(root.resolve("mattermost/config")).getParent();
        fixture = new BackupFixture(
                root, Installation.open(install, new Mounts(Set.of())).stateName());
        BackupFixture.write(fixture.store.resolve("20260101/photo $1 'x'.jpg"), "a photo");
        BackupFixture.write(fixture.store.resolve("20260101/\u00fcber\nzwei\u2026.txt"), "odd");
        BackupFixture.write(fixture.store.resolve("empty"), "");
        Files.createSymbolicLink(fixture.store.resolve("link"), Path.of("20260101"));
    }

    private GoalContext context(Elsewhere place) {
        return context(place, new LocalHost());
    }

    private GoalContext context(Elsewhere place, Host host) {
        UpgradeOptions plain = PlainOptions.of(root.resolve("mattermost"), root);
        return GoalContext.open(plain.in(plain.places().handingOverTo(place)), host, said, Clock.systemUTC());
    }

    private static Elsewhere place(String text) {
        return place(text, PASSWORD);
    }

    private static Elsewhere place(String text, String password) {
        return Elsewhere.parse(text, null).with(Optional.of(new Elsewhere.Login(password, null, null, null)));
    }

    /** A repository of restic in the directory that is away. */
    private Elsewhere restic() {
        restic("init");
        return place("restic:" + away);
    }

    private String restic(String... arguments) {
        var result = new LocalHost()
                .run(Command.of("restic", "-q", "--no-cache", "-r", away.toString())
                        .add(arguments)
                        .environment("RESTIC_PASSWORD", PASSWORD)
                        .build());
        assertTrue(result.tail(), result.succeeded());
        return result.output();
    }

    private Elsewhere rsync() {
        return place("rsync:" + away);
    }

    /** A complete backup with a dump. */
    private Backup backup() throws IOException {
        try (BackupDraft draft = fixture.create()) {
            draft.copyAhead(fixture.sources());
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            BackupFixture.write(draft.databaseDirectory().resolve("dump.sql.zst"), "a dump of the database");
            draft.recordArtifact(Artifact.stored("dump", "sql.zst", "dump.sql.zst"));
            return draft.seal(BackupState.COMPLETE);
        }
    }

    private void handOver(GoalContext context) {
        said.clear();
        new HandOver(context).afterRun();
        assertFalse(said.text(), said.text().contains("warn"));
    }

    private List<String> listed(GoalContext context) {
        try (Place place = Place.of(context, context.options().places().elsewhere())) {
            return place.copies().stream().map(copy -> copy.backup()).toList();
        }
    }

    /** There and back: handed over, listed, lost here, fetched, every byte as it was. */
    private void roundTrip(Elsewhere place) throws Exception {
        Backup made = backup();
        Backup second = backup();
        GoalContext context = context(place);
        assertEquals(2, new HandOver(context).missing().size());

        handOver(context);

        assertEquals(List.of(), new HandOver(context).missing());
        assertEquals(List.of(made.run(), second.run()), listed(context));
        assertEquals(List.of("here", "elsewhere"), places(context, made.run()));
        Map<String, String> before = BackupFixture.content(made.root(), true);
        TreeDelete.delete(made.root());
        assertEquals(List.of("elsewhere"), places(context, made.run()));

        Backup fetched = new BackupReturn(context).chosen(made.run()).orElseThrow();

        assertEquals(made.root(), fetched.root());
        Map<String, String> after = BackupFixture.content(fetched.root(), true);
        assertEquals(withoutTimes(before), withoutTimes(after));
        assertEquals(List.of(), fetched.verify(said).findings());
        assertEquals(List.of("here", "elsewhere"), places(context, made.run()));
        // and it is not handed over a second time
        assertEquals(List.of(), new HandOver(context).missing());
        try (Stream<Path> entries = Files.list(fixture.directory.root())) {
            assertTrue(entries.noneMatch(each -> each.getFileName().toString().startsWith(".fetching")));
        }
        assertFalse(said.text(), said.text().contains(PASSWORD));
    }

    /** The times of the files here are no part of a backup: its list has those of the originals. */
    private static Map<String, String> withoutTimes(Map<String, String> content) {
        content.replaceAll((name, what) -> what.replaceFirst(" [0-9]+$", ""));
        return content;
    }

    private List<String> places(GoalContext context, String backup) {
        for (var entry : new BackupList(context).result().data().path("backups")) {
            if (entry.path("backup").asText().equals(backup)) {
                return StreamSupport.stream(entry.path("places").spliterator(), false)
                        .map(each -> each.asText())
                        .toList();
            }
        }
        return List.of();
    }

    @Test
    public void aBackupGoesToARepositoryOfResticAndComesBack() throws Exception {
        roundTrip(restic());
    }

    @Test
    public void aBackupGoesToADirectoryByRsyncAndComesBack() throws Exception {
        roundTrip(rsync());
    }

    @Test
    @Category(Slow.class)
    public void aBackupGoesToAnotherMachineByRsyncAndComesBack() throws Exception {
        try (TestSshd sshd = new TestSshd()) {
            roundTrip(byRoot(sshd, "rsync:root@127.0.0.1:" + sshd.port() + ":" + away));
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupGoesToAnotherMachineByResticAndComesBack() throws Exception {
        restic("init");
        try (TestSshd sshd = new TestSshd("Subsystem sftp internal-sftp")) {
            roundTrip(byRoot(sshd, "restic:sftp://root@127.0.0.1:" + sshd.port() + "/" + away));
        }
    }

    private static Elsewhere byRoot(TestSshd sshd, String text) {
        return Elsewhere.parse(text.replace("root@", System.getProperty("user.name") + "@"), sshd.knownHosts())
                .with(Optional.of(new Elsewhere.Login(PASSWORD, null, null, sshd.key())));
    }

    @Test
    public void aMachineWhoseKeyIsNotKnownIsRefused() throws Exception {
        try (TestSshd sshd = new TestSshd()) {
            Path nobody = Files.createFile(root.resolve("known"));
            Elsewhere place = Elsewhere.parse(
                    "rsync:" + System.getProperty("user.name") + "@127.0.0.1:" + sshd.port() + ":" + away, nobody);

            ProblemException e = assertThrows(RefusedException.class, () -> require(context(place)));

            assertTrue(e.getMessage(), e.getMessage().contains("key"));
            assertFalse(e.toString(), e instanceof UnreachablePlaceException);
        }
    }

    private static void require(GoalContext context) {
        try (Place place = Place.of(context, context.options().places().elsewhere())) {
            place.require();
        }
    }

    @Test
    public void aMachineThatDoesNotAnswerIsNoReasonToRefuse() throws Exception {
        GoalContext context = context(place("rsync:nobody@127.0.0.1:" + FreePorts.next() + ":/srv"));
        Backup made = backup();

        assertThrows(UnreachablePlaceException.class, () -> require(context));
        new HandOver(context).afterRun();

        assertTrue(said.text(), said.text().contains("warn Not everything was handed over"));
        StageFailedException e =
                assertThrows(StageFailedException.class, () -> new HandOver(context).afterBackup(made));
        assertTrue(e.getMessage(), e.getMessage().contains(made.root() + " is complete here"));
        assertEquals(List.of("here"), places(context, made.run()));
        assertTrue(said.text(), said.text().contains("It is not known which backups are in"));
    }

    @Test
    public void aWrongPasswordIsRefusedAndNotShown() throws Exception {
        restic();
        Backup made = backup();
        Elsewhere place = place("restic:" + away, PASSWORD + "2");

        RefusedException e = assertThrows(RefusedException.class, () -> require(context(place)));

        assertTrue(e.getMessage(), e.getMessage().contains("The password is not that of restic's repository"));
        assertThrows(StageFailedException.class, () -> new HandOver(context(place)).afterBackup(made));
        assertFalse(said.text() + e + place, (said.text() + e + place).contains(PASSWORD));
        assertEquals("[]", restic("snapshots", "--json").strip());
    }

    @Test
    public void aRepositoryThatIsNotThereIsToldAndNotMade() {
        RefusedException e = assertThrows(RefusedException.class, () -> require(context(place("restic:" + away))));

        assertTrue(e.getMessage(), e.getMessage().contains("There is no repository of restic in " + away));
        assertTrue(e.hint().text(), e.hint().text().endsWith("restic -r " + away + " init"));
        assertEquals(0, away.toFile().list().length);
    }

    @Test
    public void aMissingProgramIsToldWithItsPackage() {
        Host bare = new LocalHost(Map.of("PATH", root.toString()));
        for (String program : List.of("restic", "rsync")) {
            RefusedException e =
                    assertThrows(RefusedException.class, () -> require(context(place(program + ":" + away), bare)));
            assertTrue(e.hint().text(), e.hint().text().contains("apt-get install " + program));
        }
    }

    @Test
    public void whatNamesNoPlaceIsRefusedWithAnExample() {
        for (String wrong :
                List.of("ftp://host/x", "/srv/backups", "rsync:srv", "rsync:host:srv", "restic:", "rsync::/x")) {
            RefusedException e = assertThrows(wrong, RefusedException.class, () -> Elsewhere.parse(wrong, null));
            assertTrue(e.hint().text(), e.hint().text().contains("rsync:backup@store.example.com:/srv/mattermost"));
        }
        RefusedException e = assertThrows(
                RefusedException.class, () -> Elsewhere.parse("restic:rest:https://me:" + PASSWORD + "@host/", null));
        assertFalse(e.toString(), e.toString().contains(PASSWORD));
    }

    @Test
    public void aBackupThatIsNotCompleteStaysAndTheReasonIsSaid() throws Exception {
        try (BackupDraft draft = fixture.create()) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            draft.seal(BackupState.NOT_YET_DURABLE);
        }
        GoalContext context = context(rsync());
        handOver(context);
        assertTrue(said.text(), said.text().contains("is not handed over. It is so far"));
        assertEquals(List.of(), listed(context));
    }

    @Test
    @Category(Slow.class)
    public void aBackupThatWasAddedToIsHandedOverAgain() throws Exception {
        for (Elsewhere place : List.of(rsync(), place("restic:" + root.resolve("repository")))) {
            if (place.kind() == Elsewhere.Kind.RESTIC) {
                away = root.resolve("repository");
                restic("init");
            }
            Backup made = backup();
            GoalContext context = context(place);
            handOver(context);
            try (BackupDraft draft = fixture.directory.reopen(made.run())) {
                BackupFixture.write(draft.databaseDirectory().resolve("configuration-5.31.9.json"), "{}");
                draft.add(Artifact.stored("configuration", "json", "configuration-5.31.9.json"));
            }
            assertEquals(
                    List.of(made.run()),
                    new HandOver(context)
                            .missing().stream().map(BackupSummary::run).toList());

            handOver(context);

            TreeDelete.delete(made.root());
            Backup fetched = new BackupReturn(context).chosen(made.run()).orElseThrow();
            assertTrue(Files.exists(fetched.root().resolve("database/configuration-5.31.9.json")));
        }
    }

    @Test
    public void aBackupThatWasNotHandedOverIsNotRemovedWithoutAWord() throws Exception {
        backup();
        backup();
        GoalContext context = context(rsync());

        new BackupPrune(context).backups(new PrunePolicy(1, null));

        assertEquals(2, fixture.directory.list().size());
        assertTrue(said.text(), said.text().contains("because it was not handed over to " + rsync()));
        handOver(context);
        new BackupPrune(context).backups(new PrunePolicy(1, null));
        assertEquals(1, fixture.directory.list().size());
        assertEquals(2, listed(context).size());
    }

    @Test
    public void aFileThatOnlyItsContentTellsFromThatOfTheLastCopyArrives() throws Exception {
        Path photo = fixture.store.resolve("photo.jpg");
        GoalContext context = context(rsync());
        BackupFixture.write(photo, "one");
        Backup first = backup();
        FileTime time = Files.getLastModifiedTime(first.root().resolve("files/photo.jpg"));
        handOver(context);
        BackupFixture.write(photo, "two");
        Files.setLastModifiedTime(photo, time);
        Backup second = backup();
        Files.setLastModifiedTime(second.root().resolve("files/photo.jpg"), time);

        handOver(context);

        for (Backup each : List.of(first, second)) {
            TreeDelete.delete(each.root());
            Backup back = new BackupReturn(context).chosen(each.run()).orElseThrow();
            assertEquals(
                    each == first ? "one" : "two", Files.readString(back.root().resolve("files/photo.jpg")));
        }
    }

    @Test
    public void aDamagedCopyIsNotTakenForABackup() throws Exception {
        Backup made = backup();
        GoalContext context = context(rsync());
        handOver(context);
        Path there = find(away, "dump.sql.zst");
        Files.writeString(there, "a dump of the databasE");
        TreeDelete.delete(made.root());

        RefusedException e = assertThrows(RefusedException.class, () -> new BackupReturn(context).chosen(made.run()));

        assertTrue(
                e.getMessage(),
                e.getMessage().contains("is damaged") && e.getMessage().contains("dump.sql.zst"));
        assertEquals(0, fixture.directory.list().size());
        try (Stream<Path> entries = Files.list(fixture.directory.root())) {
            assertTrue(entries.noneMatch(each -> each.getFileName().toString().contains("fetching")));
        }
    }

    @Test
    @Category(Slow.class)
    public void aDamagedRepositoryIsNoticed() throws Exception {
        byte[] noise = new byte[3_000_000];
        new Random(1).nextBytes(noise);
        Files.write(fixture.store.resolve("noise"), noise);
        Backup made = backup();
        GoalContext context = context(restic());
        handOver(context);
        Path pack = largest(away.resolve("data"));
        try (RandomAccessFile file = new RandomAccessFile(pack.toFile(), "rw")) {
            file.seek(1000);
            file.write("damage".getBytes(StandardCharsets.US_ASCII));
        }
        Path kept = root.resolve("kept");
        Files.move(made.root(), kept);

        assertThrows(ProblemException.class, () -> new BackupReturn(context).chosen(made.run()));

        assertEquals(0, fixture.directory.list().size());
        Files.move(kept, made.root());
        Files.delete(pack);
        Backup second = backup();
        StageFailedException e =
                assertThrows(StageFailedException.class, () -> new HandOver(context).afterBackup(second));
        assertTrue(
                e.getMessage(),
                e.getMessage().contains("damaged") || e.getMessage().contains("restic"));
        assertEquals(1, new HandOver(context).missing().size());
    }

    private static Path find(Path directory, String name) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(each -> each.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path largest(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .max(Comparator.comparing(each -> each.toFile().length()))
                    .orElseThrow();
        }
    }

    @Test
    public void onlyTheBackupsOfThisMachineAreTakenWithoutBeingNamed() throws Exception {
        Backup made = backup();
        GoalContext context = context(rsync());
        handOver(context);
        String host = context.host().name();
        Files.move(away.resolve(host), away.resolve("other"));
        TreeDelete.delete(made.root());

        RefusedException e = assertThrows(RefusedException.class, () -> new BackupReturn(context).chosen(null));

        assertTrue(e.getMessage(), e.getMessage().contains(made.run() + " of other"));
        assertEquals(
                made.run(),
                new BackupReturn(context).chosen(made.run()).orElseThrow().run());
    }

    @Test
    public void whatHasNoRoomIsNotFetched() throws Exception {
        Files.write(fixture.store.resolve("large"), new byte[1_000_000]);
        Backup made = backup();
        handOver(context(rsync()));
        try (LoopMount small = new LoopMount(4, "mkfs.ext4", "-q")) {
            long free = small.directory().toFile().getUsableSpace();
            Files.write(small.directory().resolve("filled"), new byte[(int) free - 300_000]);
            UpgradeOptions options = context(rsync()).options();
            UpgradeOptions.Places there = new UpgradeOptions.Places(
                    root.resolve("state"), small.directory().resolve("backups"), root.resolve("cache"));
            GoalContext cramped = GoalContext.open(
                    options.in(there.handingOverTo(rsync())), new LocalHost(), said, Clock.systemUTC());

            RefusedException e =
                    assertThrows(RefusedException.class, () -> new BackupReturn(cramped).chosen(made.run()));

            assertTrue(e.getMessage(), e.getMessage().contains("has room for"));
            assertEquals(List.of(), new Backups(cramped).directory().list());
        }
    }

    @Test
    @Category(Slow.class)
    public void aCopyThatWasKilledIsNoneAndTheNextCallMakesUpForIt() throws Exception {
        byte[] noise = new byte[150_000_000];
        new Random(1).nextBytes(noise);
        Files.write(fixture.store.resolve("noise"), noise);
        Backup made = backup();
        for (String program : List.of("rsync", "restic")) {
            Elsewhere place = program.equals("rsync") ? rsync() : place("restic:" + root.resolve("repository"));
            if (place.kind() == Elsewhere.Kind.RESTIC) {
                away = root.resolve("repository");
                restic("init");
            }
            GoalContext context = context(place);
            int killed = 0;
            for (int pause = 100; pause < 1000; pause += 150) {
                CompletableFuture<Void> work = CompletableFuture.runAsync(() -> new HandOver(context).afterRun());
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
                while (!work.isDone()) {
                    if (System.nanoTime() > end) {
                        running(program).forEach(ProcessHandle::destroyForcibly);
                    }
                    Thread.sleep(5);
                }
                work.get();
                if (new HandOver(context).missing().isEmpty()) {
                    break;
                }
                killed++;
                assertEquals(List.of(), listed(context));
            }
            assertTrue(program + " was never killed", killed > 0);

            handOver(context);

            assertEquals(List.of(made.run()), listed(context));
            Path kept = root.resolve("kept-" + program);
            Files.move(made.root(), kept);
            assertEquals(
                    withoutTimes(BackupFixture.content(kept, true)),
                    withoutTimes(BackupFixture.content(
                            new BackupReturn(context)
                                    .chosen(made.run())
                                    .orElseThrow()
                                    .root(),
                            true)));
        }
    }

    private static List<ProcessHandle> running(String program) {
        List<ProcessHandle> found = new ArrayList<>();
        ProcessHandle.current()
                .descendants()
                .filter(each -> each.info().command().orElse("").endsWith("/" + program))
                .forEach(found::add);
        return found;
    }

    @Test
    @Category(Slow.class)
    public void aPlaceThatIsFullHoldsNothingThatIsTakenForABackup() throws Exception {
        byte[] noise = new byte[60_000_000];
        new Random(1).nextBytes(noise);
        Files.write(fixture.store.resolve("noise"), noise);
        Backup made = backup();
        for (String program : List.of("rsync", "restic")) {
            try (LoopMount small = new LoopMount(40, "mkfs.ext4", "-q")) {
                away = Files.createDirectory(small.directory().resolve("away"));
                Elsewhere place = program.equals("rsync") ? rsync() : restic();
                GoalContext context = context(place);

                StageFailedException e =
                        assertThrows(StageFailedException.class, () -> new HandOver(context).afterBackup(made));

                // some releases of restic only say that they broke off
                assertTrue(
                        e.getMessage(),
                        e.getMessage().contains("No space left")
                                || e.getMessage().contains("restic could not take"));
                assertEquals(List.of(), listed(context));
                assertEquals(1, new HandOver(context).missing().size());
                assertEquals(List.of(), made.verify(said).findings());
            }
        }
    }
}
