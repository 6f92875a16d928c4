package io.github.mmupgrade.installation;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What an unpacked release gets of the installed one, beside its files. Takes root. */
public final class NextReleaseTest {

    private static final int USER = 54321;
    private static final String LABEL = "security.selinux";
    private static final String BIN = "system_u:object_r:bin_t:s0";
    private static final String LIBRARY = "system_u:object_r:lib_t:s0";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path root;
    private Path next;
    private Path previous;
    private Path programs;
    private Installation installation;
    private LocalHost host;

    @Before
    public void makeBoth() throws IOException {
        Path opt = folder.getRoot().toPath().toRealPath();
        root = opt.resolve("mattermost");
        next = opt.resolve(".mattermost.next-5.37.10");
        previous = opt.resolve("mattermost.previous-5.31.9");
        programs = Files.createDirectory(opt.resolve("programs"));
        for (Path release : List.of(root, next)) {
            for (String file :
                    List.of("bin/mattermost", "client/root.html", "i18n/de t\u00e4xt.json", "config/config.json")) {
                Files.createDirectories(release.resolve(file).getParent());
                Files.writeString(release.resolve(file), release.getFileName().toString());
            }
        }
        Files.createDirectories(next.resolve("client/files"));
        Files.writeString(next.resolve("client/files/new.js"), "new");
        Files.writeString(next.resolve("bin/mmctl"), "new");
        Files.setAttribute(root.resolve("bin/mattermost"), "unix:uid", USER);
        Files.setAttribute(root.resolve("bin/mattermost"), "unix:gid", USER);
        Files.setAttribute(root, "unix:uid", USER);
        installation = Installation.open(root, new Mounts(Set.of()));
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", programs + ":" + environment.get("PATH"));
        host = new LocalHost(environment);
    }

    private void program(String name, String body) throws IOException {
        Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String run(String program, String... arguments) {
        CommandResult result = host.run(Command.of(program, arguments).build());
        assertTrue(result.toString(), result.succeeded());
        return result.output().strip();
    }

    private void label(Path file, String label) {
        run("setfattr", "-h", "-n", LABEL, "-v", label, file.toString());
    }

    private String label(Path file) {
        CommandResult read = host.run(Command.of("getfattr", "-h", "-n", LABEL, "--only-values", file.toString())
                .build());
        return read.succeeded() ? read.output().replace("\0", "") : "none";
    }

    @Test
    public void theCapabilityIsSetWhileNobodyElseCanEnterTheTree() throws IOException {
        run("setcap", "cap_net_bind_service=+ep", root.resolve("bin/mattermost").toString());
        Path said = folder.getRoot().toPath().resolve("said");
        String real = run("sh", "-c", "command -v setcap");
        // who may enter the release at this moment could have another file get the capability
        program(
                "setcap",
                "stat -c '%u %a' '" + next + "' '" + next + "/bin' >'" + said + "'; exec " + real + " \"$@\"");

        new NextRelease(host, installation).prepare(next, FileStat.of(next));

        assertEquals("0 700\n0 755\n", Files.readString(said));
        String found = run("getcap", next.resolve("bin/mattermost").toString());
        assertTrue(found, found.contains("cap_net_bind_service"));
        assertEquals(USER, FileStat.of(next.resolve("bin/mattermost")).uid());
        assertEquals(USER, FileStat.of(next).uid());
    }

    @Test
    public void theLabelsOfTheInstalledEntriesAreCarriedOverWhereSelinuxIsOn() throws IOException {
        program("selinuxenabled", "exit 0");
        label(root.resolve("bin/mattermost"), BIN);
        label(root.resolve("i18n/de t\u00e4xt.json"), LIBRARY);
        label(root.resolve("config/config.json"), LIBRARY);

        new NextRelease(host, installation).prepare(next, FileStat.of(next));

        assertEquals(BIN, label(next.resolve("bin/mattermost")));
        assertEquals(LIBRARY, label(next.resolve("i18n/de t\u00e4xt.json")));
        assertEquals("none", label(next.resolve("bin/mmctl")));
        assertEquals("none", label(next.resolve("config/config.json")));
    }

    /** The server's user exchanges the release for a directory of his own while the labels are read. */
    @Test
    public void nothingIsLabelledInADirectoryThatWasPutInThePlaceOfTheRelease() throws IOException {
        program(
                "selinuxenabled",
                "mv '" + next + "' '" + next + ".moved-away' && mkdir -p '" + next + "/bin' && echo x >'" + next
                        + "/bin/mattermost' && chown -R " + USER + " '" + next + "'; exit 0");
        label(root.resolve("bin/mattermost"), BIN);

        assertThrows(
                RefusedException.class, () -> new NextRelease(host, installation).prepare(next, FileStat.of(next)));

        assertEquals("none", label(next.resolve("bin/mattermost")));
        assertEquals(
                0,
                FileStat.of(next.resolveSibling(next.getFileName() + ".moved-away"))
                        .uid());
    }

    @Test
    public void withoutSelinuxNothingIsLabelled() throws IOException {
        program("selinuxenabled", "exit 1");
        label(root.resolve("bin/mattermost"), BIN);

        new NextRelease(host, installation).prepare(next, FileStat.of(next));

        assertEquals("none", label(next.resolve("bin/mattermost")));
        assertEquals(Optional.empty(), install());
    }

    @Test
    public void theSystemLabelsWhatNothingWasThereFor() throws IOException {
        Path said = folder.getRoot().toPath().resolve("said");
        program("selinuxenabled", "exit 0");
        program("restorecon", "printf '%s\\n' \"$@\" >>'" + said + "'");

        assertEquals(Optional.empty(), install());

        List<String> lines = Files.readAllLines(said);
        assertEquals(List.of("-R", "--"), lines.subList(0, 2));
        assertEquals(
                Set.of(
                        root.resolve("bin/mmctl").toString(),
                        root.resolve("client/files").toString()),
                Set.copyOf(lines.subList(2, lines.size())));
    }

    @Test
    public void aFailureOfTheSystemToLabelIsSaid() throws IOException {
        program("selinuxenabled", "exit 0");
        program("restorecon", "echo 'no policy' >&2; exit 1");

        assertEquals(Optional.of("no policy"), install().map(String::strip));
    }

    private Optional<String> install() {
        InstallationSwap swap = new InstallationSwap(installation);
        SwapPlan plan = swap.plan(next, previous, ShippedEntries.known(), new Mounts(Set.of()));
        swap.carryOut(plan, new InstallationSwap.Listener() {
            @Override
            public void before(Rename rename) {}

            @Override
            public void after(Rename rename) {}
        });
        return new SecurityLabels(host).restore(plan, root);
    }
}
