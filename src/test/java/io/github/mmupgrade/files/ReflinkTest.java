package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandNotFoundException;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ReflinkTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> commands = new ArrayList<>();
    private Path source;
    private Path target;

    @Before
    public void make() throws IOException {
        source = Files.write(folder.getRoot().toPath().resolve("source"), new byte[(int) Reflink.WORTHWHILE]);
        target = folder.getRoot().toPath().resolve("target");
    }

    @Test
    public void leavesNothingBehindWhereTheFileSystemCantAndAsksItOnce() throws Exception {
        Reflink reflink = new Reflink(host("false"));
        assertFalse(reflink.tryClone(source, FileStat.of(source), target));
        assertFalse(Files.exists(target));
        assertFalse(reflink.tryClone(source, FileStat.of(source), target));
        assertEquals(commands.toString(), 1, commands.size());
    }

    @Test
    public void clonesForItsOwnerAloneAndNeverByCopying() throws Exception {
        Files.writeString(source, "x".repeat((int) Reflink.WORTHWHILE));
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r--r--"));
        // plain cp plays a file system that can
        assertTrue(new Reflink(host("cp")).tryClone(source, FileStat.of(source), target));
        assertEquals(-1, Files.mismatch(source, target));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        assertTrue(commands.toString(), commands.get(0).contains("--reflink=always"));
    }

    @Test(timeout = 30_000)
    public void doesNotWaitForAPipeThatCameInTheFilesPlace() throws Exception {
        FileStat before = FileStat.of(source);
        Files.delete(source);
        assertTrue(new LocalHost()
                .run(Command.of("mkfifo", source.toString()).build())
                .succeeded());
        assertFalse(new Reflink(host("cp")).tryClone(source, before, target));
        assertEquals(List.of(), commands);
        assertFalse(Files.exists(target));
    }

    @Test
    public void copiesOfSmallFilesNeedNoProgram() throws Exception {
        Files.writeString(source, "small");
        assertFalse(new Reflink(host("cp")).tryClone(source, FileStat.of(source), target));
        assertEquals(List.of(), commands);
    }

    @Test
    public void doesWithoutTheProgram() throws Exception {
        assertFalse(new Reflink(host("no-such-program")).tryClone(source, FileStat.of(source), target));
        assertFalse(Files.exists(target));
    }

    /** This host, but for another program in the place of {@code cp --reflink=always}. */
    private Host host(String program) {
        Host real = new LocalHost();
        return (Host) Proxy.newProxyInstance(
                Host.class.getClassLoader(), new Class<?>[] {Host.class}, (proxy, method, arguments) -> {
                    assertEquals("run", method.getName());
                    List<String> given = ((Command) arguments[0]).arguments();
                    commands.add(String.join(" ", given));
                    return run(real, program, given);
                });
    }

    private static CommandResult run(Host real, String program, List<String> given) {
        if (real.which(program).isEmpty()) {
            throw new CommandNotFoundException(program);
        }
        return real.run(Command.of(program, given.subList(2, given.size()).toArray(String[]::new))
                .build());
    }
}
