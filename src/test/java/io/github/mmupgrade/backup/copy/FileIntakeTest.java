package io.github.mmupgrade.backup.copy;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Reflink;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.UserMount;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public final class FileIntakeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** The user puts a file of root's, which lay in a directory of the user's, in the place of one that was looked at. */
    @Test
    public void takesNoFileThatTheServersUserMayNotReadWhenItCameInThePlaceOfAnother() throws Exception {
        Path store = folder.newFolder("store").toPath();
        Path file = Files.writeString(store.resolve("file"), "own");
        Files.setAttribute(file, "unix:uid", UserMount.USER.uid());
        FileStat seen = FileStat.of(file);
        Path target = folder.getRoot().toPath().resolve("taken");
        LocalHost host = new LocalHost();
        for (FileIntake.Writers writers : FileIntake.Writers.values()) {
            try (Trees trees = new Trees(host, UserMount.USER)) {
                FileIntake intake = new FileIntake(writers, trees, new Reflink(host), done -> {});
                Files.delete(file);
                Files.writeString(file, "of the user's");
                Files.setAttribute(file, "unix:uid", UserMount.USER.uid());
                SourceWalk.Visit visit = new SourceWalk.Visit("files/file", file, seen, false);
                assertEquals(13, intake.copy(visit, target).entry().stat().size());
                Files.delete(file);
                Files.writeString(file, "of root's");
                Files.setAttribute(file, "unix:mode", 0600);
                assertThrows(HiddenFromUserException.class, () -> intake.copy(visit, target));
                assertFalse(Files.exists(target));
            }
        }
    }
}
