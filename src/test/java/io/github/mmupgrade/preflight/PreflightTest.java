package io.github.mmupgrade.preflight;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.CheckResult.Outcome;
import io.github.mmupgrade.saving.BackupForecast;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestMount;
import io.github.mmupgrade.testing.scene.Scene;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The checks before anything is touched, one by one. One server runs through all of it. */
public class PreflightTest {

    private static final int NOBODY = 65534;

    @ClassRule
    public static final TemporaryFolder folder = new TemporaryFolder();

    @Rule
    public final TemporaryFolder own = new TemporaryFolder();

    private static Scene scene;
    private static byte[] config;

    private final FakeRoot host = new FakeRoot();
    private PlannedUpgrade forecast;

    @BeforeClass
    public static void start() throws Exception {
        scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10");
        config = Files.readAllBytes(scene.server.configFile());
    }

    @AfterClass
    public static void end() {
        scene.close();
    }

    @Before
    public void usual() {
        scene.backups = scene.root.resolve("backups");
        scene.service = "process";
        scene.serviceName = null;
        forecast = forecast();
    }

    /** Made while the server runs: of a stopped one whose program was touched nobody can tell the release. */
    private static PlannedUpgrade forecast() {
        GoalContext context = scene.place();
        return PlannedUpgrade.make(context, context.server(), new ReleaseSources(context));
    }

    @After
    public void nothingWasTouched() throws Exception {
        Files.write(scene.server.configFile(), config);
        if (!scene.server.isRunning()) {
            scene.server.start();
        }
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
    }

    /** This host with some files of /etc and /proc from elsewhere, and programs of one's own first on PATH. */
    private static final class FakeRoot implements Host {
        private final Map<String, Path> files = new HashMap<>();
        private Host real = new LocalHost();

        void programs(Path directory) {
            Map<String, String> environment = new HashMap<>(System.getenv());
            environment.put("PATH", directory + ":" + environment.get("PATH"));
            real = new LocalHost(environment);
        }

        @Override
        public Path path(String first, String... more) {
            return files.getOrDefault(first, real.path(first, more));
        }

        @Override
        public CommandResult run(Command command) {
            return real.run(command);
        }

        @Override
        public Dialogue open(Command command) {
            return real.open(command);
        }

        @Override
        public long startDetached(Command command, Path log) {
            return real.startDetached(command, log);
        }

        @Override
        public Optional<Path> which(String program) {
            return real.which(program);
        }

        @Override
        public Map<String, String> environment() {
            return real.environment();
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public Owner self() {
            return real.self();
        }
    }

    private CheckResult check(String name) {
        GoalContext context = GoalContext.open(scene.options(), host, scene.said, Clock.systemUTC());
        List<CheckResult> results = new Preflight(context, context.server(), forecast).run();
        return results.stream()
                .filter(result -> result.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void assertOk(String name) {
        CheckResult result = check(name);
        assertEquals(result.toString(), Outcome.OK, result.outcome());
        assertNull(result.hint());
    }

    private void assertRefused(String name, String... texts) {
        assertOutcome(Outcome.REFUSED, name, texts);
    }

    private void assertOutcome(Outcome outcome, String name, String... texts) {
        CheckResult result = check(name);
        assertEquals(result.toString(), outcome, result.outcome());
        for (String text : texts) {
            assertTrue(result.toString(), result.text().contains(text));
        }
    }

    @Test
    public void allIsWellWithAServerThatRuns() {
        for (String name : List.of(
                "port", "privilege", "starts", "config file", "state", "clock", "backups", "agreement", "room")) {
            CheckResult result = check(name);
            assertTrue(result.toString(), result.outcome() != Outcome.REFUSED);
        }
        assertOk("port");
        assertOk("config file");
        assertOk("state");
        assertOk("backups");
    }

    @Test
    @Category(Slow.class)
    public void aReplicaWhosePasswordTheNewReleaseCouldNotReadIsRefusedWithoutShowingIt() throws Exception {
        assertOk("data source");
        scene.server.set(
                "SqlSettings.DataSourceReplicas", List.of("postgres://mmuser:r2{b+i(jr@localhost:5432/mattermost"));
        try {
            assertRefused("data source", "SqlSettings.DataSourceReplicas", "percent-encoded");
            assertTrue(!check("data source").toString().contains("r2{b"));
        } finally {
            scene.server.set("SqlSettings.DataSourceReplicas", List.of());
        }
    }

    @Test
    public void aPortThatAnotherProgramHoldsIsNamedWithThatProgram() throws Exception {
        scene.server.stop();
        try (ServerSocket taken = new ServerSocket(scene.server.port(), 1, InetAddress.getLoopbackAddress())) {
            assertTrue(taken.isBound());
            assertRefused(
                    "port",
                    "Port " + scene.server.port(),
                    "(pid " + ProcessHandle.current().pid() + ")");
        }
        assertOk("port");
    }

    @Test
    @Category(Slow.class)
    public void aPortThatTheServerWouldNotGetAfterARestartIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            scene.environmentFile = Files.writeString(
                    own.newFile("environment").toPath(),
                    "MM_SERVICESETTINGS_LISTENADDRESS=127.0.0.1:" + taken.getLocalPort() + "\n");
            assertRefused("port", "Port " + taken.getLocalPort());
        } finally {
            scene.environmentFile = null;
        }
    }

    @Test
    @Category(Slow.class)
    public void aPortForRootOnlyTakesAProgramThatMay() throws Exception {
        host.files.put(
                "/proc/sys/net/ipv4/ip_unprivileged_port_start",
                Files.writeString(own.newFile("start").toPath(), "1024\n"));
        Path programs = own.newFolder("programs").toPath();
        program(programs, "setcap", "exit 0");
        program(programs, "getcap", "exit 0");
        host.programs(programs);
        scene.server.stop();
        scene.server.set("ServiceSettings.ListenAddress", "127.0.0.1:99");
        Path bin = scene.server.program();
        Files.setAttribute(bin, "unix:uid", NOBODY);
        try {
            assertRefused("privilege", "Port 99", "cap_net_bind_service");
            program(programs, "getcap", "echo \"$1 cap_net_bind_service=ep\"");
            assertOk("privilege");
        } finally {
            Files.setAttribute(bin, "unix:uid", 0);
        }
        assertOk("privilege");
    }

    private static void program(Path directory, String name, String body) throws Exception {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    public void aConfigurationThatTheServersUserCanNotWriteKeepsTheNewReleaseFromStarting() throws Exception {
        PlannedUpgrade next = forecast;
        scene.to("5.25.8");
        forecast = forecast();
        scene.server.stop();
        Path bin = scene.server.program();
        Files.setAttribute(bin, "unix:uid", NOBODY);
        try {
            assertOutcome(Outcome.WARNING, "config file", "log an error");
            forecast = next;
            assertRefused(
                    "config file", "user " + nobody(), scene.server.configFile().toString(), "5.37.10");
            assertTrue(check("config file").hint().text().contains("chown " + nobody() + ":"));
            Path file = scene.server.configFile();
            Path real = Files.move(file, file.resolveSibling("elsewhere.json"));
            Files.createSymbolicLink(file, real);
            try {
                CheckResult result = check("config file");
                String hint = result.hint().toString();
                assertTrue(hint, hint.contains("symbolic link to " + real));
                assertFalse(hint, hint.contains("chown"));
            } finally {
                Files.move(real, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            scene.to("5.37.10");
            Files.setAttribute(bin, "unix:uid", 0);
        }
    }

    @Test
    @Category(Slow.class)
    public void whatTheServersUserCanNotReadIsNotReadForHim() throws Exception {
        scene.server.stop();
        Path bin = scene.server.program();
        Path store = Files.createDirectories(scene.place().server().fileStore().orElseThrow());
        Path secret = Files.writeString(store.resolve("of-root"), "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        for (Path above = store.toRealPath(); above.startsWith(scene.root); above = above.getParent()) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setAttribute(bin, "unix:uid", NOBODY);
        try {
            new BackupForecast(scene.place(), scene.place().server()).requireRoom();
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            assertRefused(
                    "room", "User " + nobody(), "cannot read " + secret.toRealPath(), "does not read it on behalf");
        } finally {
            Files.setAttribute(bin, "unix:uid", 0);
            Files.delete(secret);
        }
    }

    private static String nobody() {
        return new Users(new LocalHost()).user(NOBODY);
    }

    @Test
    @Category(Slow.class)
    public void aUnitThatMayBeStartedTooSeldomIsAWarning() throws Exception {
        Path programs = own.newFolder("programs").toPath();
        String unit = "echo Id=mattermost.service; echo LoadState=loaded; echo ActiveState=active; echo MainPID="
                + scene.server.pid() + "; echo StartLimitBurst=1; echo StartLimitIntervalUSec=";
        program(programs, "systemctl", unit + "10min");
        host.programs(programs);
        scene.service = "systemd";
        assertOutcome(Outcome.WARNING, "starts", "1 starts in 600 s", "needs up to 2 starts", "StartLimitBurst");
        program(programs, "systemctl", unit + "2s");
        assertOk("starts");
    }

    @Test
    @Category(Slow.class)
    public void aStateDirectoryThatCanNotBeWrittenIsRefused() throws Exception {
        try (TestMount state = new TestMount(scene.root.resolve("state"))) {
            assertOk("state");
            state.readOnly();
            assertRefused(
                    "state",
                    "Read-only file system",
                    scene.root.resolve("state").toString());
            state.roomy();
            state.leaveInodes(0);
            assertRefused("state", "No space left on device");
        }
    }

    @Test
    @Category(Slow.class)
    public void backupsThatCanNotBeWrittenAreRefused() throws Exception {
        try (TestMount backups = new TestMount(scene.root.resolve("backups"))) {
            backups.readOnly();
            assertRefused("backups", "Read-only file system");
        }
    }

    @Test
    @Category(Slow.class)
    public void backupsOnAFileSystemThatIsNotMountedAreRefused() throws Exception {
        Path table = own.newFile("fstab").toPath();
        host.files.put("/etc/fstab", table);
        Path disk = own.newFolder("disk of backups").toPath().toRealPath();
        Files.writeString(
                table,
                "# comment\nUUID=1 / ext4 errors=remount-ro 0 1\nUUID=2 none swap sw 0 0\nUUID=3 "
                        + disk.toString().replace(" ", "\\040") + " ext4 defaults 0 2\n");
        scene.backups = disk.resolve("mattermost");
        assertRefused("backups", disk.toString(), "/etc/fstab names", "not mounted");
        try (TestMount mounted = new TestMount(disk)) {
            assertEquals(disk, mounted.directory());
            assertOk("backups");
        }
    }

    @Test
    public void tooLittleRoomNamesWhatIsNeededForWhat() throws Exception {
        try (TestMount backups = new TestMount(scene.root.resolve("backups"))) {
            backups.leaveBytes(100_000);
            assertRefused("room", "kB are free", "backup");
            backups.roomy();
            backups.leaveInodes(3);
            assertRefused("room", "inodes", "3 ");
        }
    }
}
