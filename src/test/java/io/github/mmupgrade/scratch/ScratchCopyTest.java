package io.github.mmupgrade.scratch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ScratchCopyTest {

    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path source;
    private Path target;

    @Before
    public void installation() throws IOException {
        source = folder.newFolder("opt", "mattermost").toPath();
        target = folder.getRoot().toPath().resolve("copy");
        write("bin/mattermost", "program");
        write("config/config.json", "{}");
        write("client/root.html", "client");
        write("client/plugins/one/main.js", "plugin");
        write("plugins/one/plugin.json", "plugin");
        write("logs/mattermost.log", "log");
        write("data/file.txt", "attachment");
        write("certificates/site.pem", "mine");
    }

    @Test
    public void copiesProgramsAndWhatIsSmallButNeitherLogsNorFilesNorPlugins() throws IOException {
        assertEquals(List.of(), copy(false).programs(Optional.of(source.resolve("data"))));
        assertEquals("program", Files.readString(target.resolve("bin/mattermost")));
        assertEquals("mine", Files.readString(target.resolve("certificates/site.pem")));
        assertEquals("client", Files.readString(target.resolve("client/root.html")));
        for (String without : List.of("logs/mattermost.log", "data/file.txt", "plugins", "client/plugins")) {
            assertFalse(without, Files.exists(target.resolve(without)));
        }
        assertTrue(Files.isDirectory(target.resolve("logs")));
    }

    @Test
    public void copiesPluginsWhenTheyShallRun() {
        copy(true).programs(Optional.empty());
        assertTrue(Files.exists(target.resolve("plugins/one/plugin.json")));
        assertTrue(Files.exists(target.resolve("client/plugins/one/main.js")));
    }

    @Test
    public void hasNoLinkIntoTheOriginalNeitherHardNorSymbolic() throws IOException {
        Path elsewhere = folder.newFolder("etc").toPath();
        Files.writeString(elsewhere.resolve("config.json"), "{\"a\": 1}");
        Files.delete(source.resolve("config/config.json"));
        Files.createSymbolicLink(source.resolve("config/config.json"), elsewhere.resolve("config.json"));
        Files.createSymbolicLink(source.resolve("bin/platform"), Path.of("mattermost"));
        Files.createSymbolicLink(source.resolve("fonts"), elsewhere);
        Files.createSymbolicLink(source.resolve("i18n"), Path.of("/nowhere/at/all"));
        Files.createSymbolicLink(source.resolve("certificates/round"), source.resolve("certificates"));
        copy(false).programs(Optional.of(source.resolve("data")));
        try (Stream<Path> all = Files.walk(target)) {
            for (Path entry : all.toList()) {
                assertFalse(entry.toString(), Files.isSymbolicLink(entry));
                if (Files.isRegularFile(entry)) {
                    assertEquals(entry.toString(), 1, Files.getAttribute(entry, "unix:nlink"));
                }
            }
        }
        Files.writeString(target.resolve("config/config.json"), "written in place");
        assertEquals("{\"a\": 1}", Files.readString(elsewhere.resolve("config.json")));
        assertEquals("program", Files.readString(target.resolve("bin/platform")));
        assertFalse(Files.exists(target.resolve("i18n"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    public void copiesTheFilesOnlyWhenAskedWhereNoBlocksCanBeShared() throws IOException {
        ScratchCopy copy = copy(false);
        copy.programs(Optional.of(source.resolve("data")));
        copy.files(source.resolve("data"), FileChoice.NONE);
        assertFalse(Files.exists(target.resolve("data/file.txt")));
        String said = copy.files(source.resolve("data"), FileChoice.ALL);
        assertTrue(said, said.startsWith("the file store was copied"));
        assertEquals("attachment", Files.readString(target.resolve("data/file.txt")));
    }

    @Test
    public void rootReadsNothingForTheServersUserThatTheUserMayNotRead() throws Exception {
        Owner user = new Owner(65534, 65534);
        Path secret = Files.writeString(folder.getRoot().toPath().resolve("secret"), "secret");
        Files.setAttribute(secret, "unix:mode", 0600);
        for (Path above = source.toRealPath(); !above.equals(TEMPORARY); above = above.getParent()) {
            Files.setAttribute(above, "unix:mode", 0755);
        }
        Files.createSymbolicLink(source.resolve("data/link"), secret);
        target = Files.createDirectory(folder.getRoot().toPath().resolve("of-the-user"));
        Files.setAttribute(target, "unix:uid", user.uid());
        ScratchCopy copy = new ScratchCopy(new LocalHost(), source, target.resolve("copy"), user, false);
        copy.programs(Optional.of(source.resolve("data")));
        assertEquals(user.uid(), Files.getAttribute(target.resolve("copy/bin/mattermost"), "unix:uid"));

        Path saved = Files.createDirectory(folder.getRoot().toPath().resolve("saved"));
        Files.setAttribute(saved, "unix:mode", 0700);
        Files.writeString(saved.resolve("site.pem"), "saved");
        Files.createSymbolicLink(saved.resolve("link"), secret);
        assertThrows(
                StageFailedException.class,
                () -> copy.configuration(saved, folder.getRoot().toPath().resolve("staged")));
        Files.delete(saved.resolve("link"));
        copy.configuration(saved, folder.getRoot().toPath().resolve("staged-again"));
        assertEquals("saved", Files.readString(target.resolve("copy/config/site.pem")));
        assertThrows(StageFailedException.class, () -> copy.files(source.resolve("data"), FileChoice.ALL));
        try (Stream<Path> all = Files.walk(target)) {
            for (Path entry : all.filter(Files::isRegularFile).toList()) {
                assertFalse(entry.toString(), Files.readString(entry).contains("secret"));
            }
        }
    }

    /** A rehearsal from a backup copies as root what the server's user had made links in. */
    @Test
    public void rootFollowsNoLinkOutOfWhatItCopies() throws Exception {
        Path secret = Files.writeString(folder.getRoot().toPath().resolve("secret"), "secret");
        Path outside = Files.createDirectory(folder.getRoot().toPath().resolve("private"));
        Files.writeString(outside.resolve("file.txt"), "secret");
        Files.createSymbolicLink(source.resolve("data/link"), secret);
        Files.createSymbolicLink(source.resolve("data/inside"), Path.of("file.txt"));
        Files.createSymbolicLink(source.resolve("certificates/link"), secret);
        Path entry = Files.createSymbolicLink(source.resolve("fonts"), outside);
        Files.setAttribute(entry, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
        ScratchCopy copy = copy(false);
        copy.programs(Optional.of(source.resolve("data")));
        copy.files(source.resolve("data"), FileChoice.ALL);
        assertEquals("attachment", Files.readString(target.resolve("data/inside")));
        try (Stream<Path> all = Files.walk(target)) {
            for (Path found : all.toList()) {
                assertFalse(found.toString(), Files.isSymbolicLink(found));
                assertFalse(
                        found.toString(),
                        Files.isRegularFile(found) && Files.readString(found).contains("secret"));
            }
        }
    }

    private ScratchCopy copy(boolean plugins) {
        return new ScratchCopy(new LocalHost(), source, target, null, plugins);
    }

    private void write(String name, String content) throws IOException {
        Path file = source.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
