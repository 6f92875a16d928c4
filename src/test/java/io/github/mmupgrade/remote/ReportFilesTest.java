package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ReportFilesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void reportsAreWrittenHereWhateverTheyAreCalled() throws Exception {
        Path root = folder.getRoot().toPath();
        ReportFiles files = new ReportFiles(root.resolve("reports"), root.resolve("other/r.json"));
        files.write("upgrade-1.html", "page");
        files.write("rehearsal.json", "{}");
        files.write("rehearsal.log", "log");
        files.write("../../outside", "no");
        assertEquals("page", Files.readString(root.resolve("reports/upgrade-1.html")));
        assertEquals("{}", Files.readString(root.resolve("other/r.json")));
        assertEquals("log", Files.readString(root.resolve("other/rehearsal.log")));
        assertFalse(Files.exists(root.resolve("../outside").normalize()));
        assertEquals("no", Files.readString(root.resolve("reports/outside")));
    }

    @Test
    public void placesThereBecomePlacesHere() {
        ReportFiles files = new ReportFiles(Path.of("/here/a \"b\""), Path.of("/here/r.json"));
        assertEquals(
                "{\"text\":\"/here/a \\\"b\\\"/upgrade-1.html and /here/r.json\"}",
                files.translated(
                        "{\"text\":\"/there/reports/upgrade-1.html and /there/reports/rehearsal.json\"}",
                        "/there/reports"));
    }
}
