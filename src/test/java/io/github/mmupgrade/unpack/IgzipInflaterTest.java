package io.github.mmupgrade.unpack;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Whatever {@code igzip} does, a release is unpacked in full or not at all. */
public class IgzipInflaterTest {

    private static final byte[] NOISE = ArchiveSample.noise(5, 3_000_000);

    @Rule
    public final ArchiveSandbox sandbox = new ArchiveSandbox();

    @Rule
    public final TemporaryFolder programs = new TemporaryFolder();

    private final byte[] archive =
            ArchiveSample.release().file("mattermost/large", 0644, NOISE).gzip();

    @Test
    public void unpacksByTheProgramWhereItIsInstalled() throws Exception {
        install("echo \"$@\" >" + programs.getRoot() + "/asked; exec " + real() + " \"$@\"");
        unpack();
        assertEquals("[]", sandbox.debugged().toString());
        assertEquals(
                "-dc " + sandbox.root().resolve("archive.tar.gz"),
                Files.readString(programs.getRoot().toPath().resolve("asked")).strip());
    }

    @Test
    public void givesTheProgramNoSecretOfTheEnvironment() throws Exception {
        install("env >" + programs.getRoot() + "/environment; exec " + real() + " \"$@\"");
        unpack();
        assertFalse(Files.readString(programs.getRoot().toPath().resolve("environment"))
                .contains("MM_SECRET"));
    }

    @Test
    public void takesTheContentWhateverTheProgramSaysInTheEnd() throws Exception {
        install(real() + " \"$@\"; exit 3");
        unpack();
        assertEquals("[]", sandbox.debugged().toString());
    }

    @Test
    public void beginsAnewByItselfWhenTheProgramIsKilled() throws Exception {
        install(real() + " \"$@\" | head -c 1000000; kill -9 $$");
        assertUnpackedAnew();
        install("kill -9 $$");
        assertUnpackedAnew();
    }

    @Test
    public void beginsAnewByItselfWhenTheProgramDoesNotRun() throws Exception {
        install("echo 'error while loading shared libraries' >&2; exit 127");
        assertUnpackedAnew();
        Files.writeString(programs.getRoot().toPath().resolve("igzip"), "\177ELF and no more");
        assertUnpackedAnew();
    }

    @Test
    public void beginsAnewByItselfWhenTheProgramWritesSomethingElse() throws Exception {
        install("head -c 3000000 /dev/urandom");
        assertUnpackedAnew();
        install("cat /dev/zero");
        assertUnpackedAnew();
        // a whole archive, but another one
        byte[] other = ArchiveSample.release()
                .file("mattermost/large", 0644, ArchiveSample.noise(6, NOISE.length))
                .gzip();
        Path another = programs.newFile().toPath();
        Files.write(another, other);
        install("exec " + real() + " -dc " + another);
        assertUnpackedAnew();
        // the same and a little more, in which no parser finds fault
        install(real() + " \"$@\"; head -c 512 /dev/zero");
        assertUnpackedAnew();
    }

    @Test
    public void leavesNoProgramBehind() throws Exception {
        // goes on for ever, and the archive is refused long before that
        install("echo $$ >" + programs.getRoot() + "/pid; exec cat /dev/urandom");
        assertUnpackedAnew();
        long pid = Long.parseLong(
                Files.readString(programs.getRoot().toPath().resolve("pid")).strip());
        Instant patience = Instant.now().plusSeconds(10);
        while (ProcessHandle.of(pid).isPresent() && Instant.now().isBefore(patience)) {
            Thread.sleep(20);
        }
        assertFalse(ProcessHandle.of(pid).isPresent());
    }

    @Test
    public void asksJavaAboutArchivesThatTheProgramDoesNotCheck() throws Exception {
        install("exec " + real() + " \"$@\"");
        sandbox.assertRefused(ArchiveSample.concat(archive, new byte[] {'x'}), "after a valid .gz stream");
        byte[] flags = archive.clone();
        flags[3] = (byte) 0x80;
        sandbox.assertRefused(flags, "Reserved flags are set");
    }

    private void assertUnpackedAnew() throws Exception {
        sandbox.debugged().clear();
        unpack();
        assertEquals(sandbox.debugged().toString(), 1, sandbox.debugged().size());
        assertTrue(
                sandbox.debugged().get(0),
                sandbox.debugged().get(0).contains("is unpacked again by Java's own inflater"));
    }

    private void unpack() throws Exception {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", programs.getRoot() + ":" + environment.get("PATH"));
        environment.put("MM_SECRET", "secret");
        sandbox.use(new LocalHost(environment));
        UnpackedRelease release = sandbox.unpack(archive);
        assertArrayEquals(NOISE, Files.readAllBytes(release.directory().resolve("large")));
        assertEquals("read me", Files.readString(release.directory().resolve("README.md")));
        TreeDelete.delete(release.directory());
        Files.delete(release.shippedList());
        sandbox.assertNothingLeft();
    }

    private void install(String script) throws Exception {
        Path program = programs.getRoot().toPath().resolve("igzip");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String real() {
        return new LocalHost()
                .which("igzip")
                .orElseThrow(() -> new AssertionError("igzip (Debian's package isal) is not installed"))
                .toString();
    }
}
