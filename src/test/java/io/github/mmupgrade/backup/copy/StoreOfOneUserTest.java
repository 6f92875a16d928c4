package io.github.mmupgrade.backup.copy;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.UserMount;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A file store on a file system that root may not enter is read and written as the server's user. */
public final class StoreOfOneUserTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;
    private UserMount mount;
    private BackupDirectory directory;
    private int runs;

    @Before
    public void mount() throws Exception {
        fixture = new BackupFixture(folder.getRoot().toPath());
        mount = new UserMount(folder.getRoot().toPath().toRealPath().resolve("elsewhere/store"));
        BackupFixture.write(mount.behind().resolve("20260101/teams/a.png"), "one");
        BackupFixture.write(mount.behind().resolve("20260101/teams/b\u00e4.png"), "two");
        Files.write(mount.behind().resolve("20260101/large"), new byte[700_000]);
        Files.createSymbolicLink(mount.behind().resolve("link"), Path.of("20260101"));
        Files.setPosixFilePermissions(mount.behind().resolve("20260101"), PosixFilePermissions.fromString("rwxr-x---"));
        mount.giveAll();
        directory = fixture.directory.onBehalfOf(UserMount.USER);
        BackupFixture.settle();
    }

    @After
    public void unmount() {
        mount.close();
    }

    private List<BackupSource> sources() {
        return List.of(
                BackupSource.directory("files", mount.directory()), BackupSource.directory("config", fixture.config));
    }

    private BackupDraft create() {
        return directory.create(
                BackupDirectory.runId(
                        java.time.Instant.parse("2026-11-24T03:14:15Z").plusSeconds(runs++), "5.25.6"),
                BackupFixture.subject(),
                false);
    }

    private Backup backUp(CopyResult[] passes) {
        try (BackupDraft draft = create()) {
            passes[0] = draft.copyAhead(sources());
            passes[1] = draft.finish(sources(), BackupDraft.Writers.STOPPED);
            return draft.seal(BackupState.COMPLETE);
        }
    }

    private FileRestore restore(Backup backup) {
        return new FileRestore(backup, new LocalHost(), fixture.said).onBehalfOf(UserMount.USER);
    }

    @Test
    public void rootCanNotEnterIt() {
        assertThrows(AccessDeniedException.class, () -> FileStat.of(mount.directory()));
    }

    @Test
    public void isBackedUpAndSharedWithThePreviousBackup() throws Exception {
        Map<String, String> original = BackupFixture.content(mount.behind(), false);
        CopyResult[] passes = new CopyResult[2];
        Backup first = backUp(passes);
        assertEquals(original, BackupFixture.content(first.root().resolve("files"), false));
        assertEquals("what was copied ahead is not copied again", 0, passes[1].copied());
        first.verify(fixture.said).requireSound();

        BackupFixture.write(mount.behind().resolve("20260101/new"), "three");
        mount.give(mount.behind().resolve("20260101/new"));
        Backup second = backUp(passes);
        assertEquals(1, passes[0].copied());
        assertEquals(
                FileStat.of(first.root().resolve("files/20260101/large")).inode(),
                FileStat.of(second.root().resolve("files/20260101/large")).inode());
    }

    @Test
    public void isSurveyed() {
        SpaceEstimate survey = directory.survey(sources(), 0);
        assertEquals(4, survey.files());
        assertEquals(List.of(), survey.unreadable());
        survey.requirePossible();
    }

    @Test
    public void isTakenBackToWhatABackupHolds() throws Exception {
        Backup backup = backUp(new CopyResult[2]);
        Map<String, String> before = BackupFixture.content(mount.behind(), true);
        Files.writeString(mount.behind().resolve("20260101/teams/a.png"), "changed");
        Files.delete(mount.behind().resolve("20260101/large"));
        BackupFixture.write(mount.behind().resolve("since/then"), "new");
        mount.giveAll();

        restore(backup).requireRestorable("files", mount.directory());
        RestoreResult result = restore(backup).inPlace("files", mount.directory());

        Path aside = mount.behind().resolve(".since-" + backup.run());
        assertEquals("changed", Files.readString(aside.resolve("20260101/teams/a.png")));
        assertEquals("new", Files.readString(aside.resolve("since/then")));
        Map<String, String> after = BackupFixture.content(mount.behind(), true);
        after.keySet().removeIf(name -> name.startsWith(".since-"));
        // what is put aside makes the root of the tree another one
        before.remove("");
        after.remove("");
        assertEquals(before, after);
        assertEquals(List.of("20260101/teams/a.png", "since"), result.aside());
    }

    @Test
    public void isFilledWhenItIsEmpty() throws Exception {
        Backup backup = backUp(new CopyResult[2]);
        Map<String, String> before = BackupFixture.content(mount.behind(), false);
        io.github.mmupgrade.files.TreeDelete.delete(mount.behind().resolve("20260101"));
        Files.delete(mount.behind().resolve("link"));

        restore(backup).toEmptyPlace("files", mount.directory());

        assertEquals(before, BackupFixture.content(mount.behind(), false));
        assertEquals(
                UserMount.USER.uid(),
                FileStat.of(mount.behind().resolve("20260101/large")).uid());
    }

    @Test
    public void aFileThatItsUserClaimsToBeRootsAndToLendRightsIsSavedAsTheUsers() throws Exception {
        Path claimed = mount.behind().resolve("20260101/large");
        Files.setAttribute(claimed, "unix:uid", 0);
        Files.setAttribute(claimed, "unix:mode", 04755);
        Backup backup = backUp(new CopyResult[2]);
        try (FileList.Reader list = backup.openList()) {
            while (list.hasNext()) {
                ListEntry entry = list.next();
                if (entry.name().endsWith("large")) {
                    assertEquals(UserMount.USER.uid(), entry.stat().uid());
                    assertEquals(0755, entry.stat().mode());
                }
            }
        }
    }

    @Test
    public void whatNeitherRootNorTheUserMayReadIsRefusedByNameAndNobodyIsToldToBecomeRoot() throws IOException {
        Path hidden = mount.behind().resolve("20260101/large");
        Files.setAttribute(hidden, "unix:uid", 0);
        Files.setAttribute(hidden, "unix:mode", 0600);
        RefusedException refused;
        try (BackupDraft draft = create()) {
            refused = assertThrows(RefusedException.class, () -> draft.copyAhead(sources()));
        }
        String shown = mount.directory().resolve("20260101/large").toString();
        assertTrue(refused.getMessage(), refused.getMessage().contains(shown));
        assertFalse(refused.hint().text(), refused.hint().text().contains("as root"));
        assertEquals(List.of(shown), directory.survey(sources(), 0).unreadable());
    }

    @Test
    public void whatRootCanReadOfAnOrdinaryStoreAndTheUserCanNotIsRefusedToo() throws IOException {
        Path store = fixture.store;
        Files.createDirectory(store.resolve("lost+found"));
        Files.setAttribute(store.resolve("lost+found"), "unix:mode", 0700);
        for (Path above = store;
                !above.equals(Path.of(System.getProperty("java.io.tmpdir")));
                above = above.getParent()) {
            Files.setAttribute(above, "unix:mode", 0755);
        }
        mount.give(store);
        List<BackupSource> ordinary =
                List.of(BackupSource.directory("files", store), BackupSource.directory("config", fixture.config));
        Path ofRoot = Files.writeString(store.resolve("of-root"), "everybody's");
        Files.setAttribute(ofRoot, "unix:mode", 0644);
        Files.setAttribute(fixture.config.resolve("config.json"), "unix:mode", 0600);
        try (BackupDraft draft = create()) {
            draft.copyAhead(ordinary);
            Files.setAttribute(ofRoot, "unix:mode", 0640);
            RefusedException refused = assertThrows(RefusedException.class, () -> draft.copyAhead(ordinary));
            assertTrue(refused.getMessage(), refused.getMessage().contains(ofRoot.toString()));
            assertEquals(
                    List.of(ofRoot.toString()), directory.survey(ordinary, 0).unreadable());
            Files.setAttribute(ofRoot, "unix:gid", UserMount.USER.gid());
            draft.copyAhead(ordinary);
        }
    }

    @Test
    public void aLinkToItLeadsThere() throws Exception {
        Path link = Files.createSymbolicLink(fixture.store.resolveSibling("linked"), mount.directory());
        assertEquals(mount.directory(), BackupSource.directory("files", link).path());
    }
}
