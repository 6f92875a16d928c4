package io.github.mmupgrade.backup;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PruningTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;

    @Before
    public void prepare() throws Exception {
        fixture = new BackupFixture(folder.getRoot().toPath());
        BackupFixture.write(fixture.store.resolve("photo.jpg"), "photo");
        BackupFixture.settle();
    }

    @Test
    public void keepsTheLastOnesAndWhatTheyShare() {
        Backup first = fixture.backUp();
        Backup second = fixture.backUp();
        Backup third = fixture.backUp();
        PruneResult result = prune(new PrunePolicy(1, null));

        assertEquals(List.of(first.run(), second.run()), result.removed());
        assertFalse(Files.exists(first.root()));
        assertEquals(List.of(), third.verify(fixture.said).findings());
        assertEquals(1, fixture.directory.list().size());
    }

    @Test
    public void neverRemovesTheLastCompleteOne() throws IOException {
        Backup complete = fixture.backUp();
        String frozen;
        try (BackupDraft draft = fixture.create()) {
            frozen = draft.run();
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            draft.seal(BackupState.NOT_YET_DURABLE);
        }
        PruneResult result = prune(new PrunePolicy(1, Duration.ZERO));

        assertEquals(List.of(), result.removed());
        assertEquals("it is the newest complete one", result.kept().get(complete.run()));
        assertEquals("no newer one is complete", result.kept().get(frozen));
        assertTrue(Files.exists(complete.root()));
    }

    @Test
    public void backupsWithoutTheDatabaseDoNotReplaceTheLastOneWithIt() throws IOException {
        Backup dumped;
        try (BackupDraft draft = fixture.create()) {
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            BackupFixture.write(draft.databaseDirectory().resolve("database.sql"), "rows");
            draft.recordArtifact(Artifact.stored("dump", "sql", "database.sql"));
            dumped = draft.seal(BackupState.COMPLETE);
        }
        Backup older = fixture.backUp();
        fixture.backUp();
        PruneResult result = prune(new PrunePolicy(1, null));

        assertEquals(List.of(older.run()), result.removed());
        assertEquals(
                "it is the newest complete one with the database", result.kept().get(dumped.run()));
    }

    @Test
    public void keepsWhatIsYoungEnough() {
        Backup first = fixture.backUp();
        fixture.backUp();

        assertEquals(List.of(), prune(new PrunePolicy(1, Duration.ofDays(1))).removed());
        assertEquals(
                List.of(first.run()), prune(new PrunePolicy(1, Duration.ZERO)).removed());
    }

    @Test
    public void neverRemovesWhatARunNeeds() {
        Backup first = fixture.backUp();
        fixture.backUp();
        PruneResult result =
                fixture.directory.prune(new PrunePolicy(1, null), first.run()::equals, Instant.now(), false);

        assertEquals(List.of(), result.removed());
        assertEquals("a run still needs it", result.kept().get(first.run()));
    }

    @Test
    public void removesWhatADeadRunLeftAndNotWhatIsBeingMade() {
        String dead;
        try (BackupDraft draft = fixture.create()) {
            dead = draft.run();
            draft.copyAhead(fixture.sources());
        }
        try (BackupDraft alive = fixture.create()) {
            PruneResult result = prune(new PrunePolicy(1, null));

            assertEquals(List.of(dead), result.removed());
            assertTrue(Files.exists(alive.root()));
            alive.copyAhead(fixture.sources());
        }
    }

    @Test
    public void keepsADamagedOneForAPersonToLookAt() throws IOException {
        Backup first = fixture.backUp();
        fixture.backUp();
        Files.writeString(first.root().resolve(Manifest.NAME), "{}");

        assertEquals(List.of(), prune(new PrunePolicy(1, null)).removed());
        assertEquals(
                BackupSummary.Condition.DAMAGED, fixture.directory.list().get(0).condition());
    }

    @Test
    public void onlySaysWhatWouldGoWhenAsked() {
        Backup first = fixture.backUp();
        fixture.backUp();
        PruneResult result = fixture.directory.prune(new PrunePolicy(1, null), run -> false, Instant.now(), true);

        assertEquals(List.of(first.run()), result.removed());
        assertTrue(Files.exists(first.root()));
    }

    @Test
    public void clearsAwayWhatAnInterruptedPruningLeft() throws IOException {
        Backup only = fixture.backUp();
        Path half = fixture.directory.root().resolve(".pruning-20200101T000000Z-1");
        BackupFixture.write(half.resolve("files/x"), "x");
        prune(new PrunePolicy(1, null));

        assertFalse(Files.exists(half));
        assertTrue(Files.exists(only.root()));
    }

    private PruneResult prune(PrunePolicy policy) {
        return fixture.directory.prune(policy, run -> false, Instant.now(), false);
    }
}
