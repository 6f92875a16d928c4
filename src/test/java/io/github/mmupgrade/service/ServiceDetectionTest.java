package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.RefusedException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;

public class ServiceDetectionTest {

    @Rule
    public final ServiceFixture fixture = new ServiceFixture();

    @Test
    public void findsTheUnitWhoseProgramLiesInTheInstallation() throws Exception {
        fixture.systemctl();
        unit("mattermost.service", "/opt/another/bin/mattermost");
        unit("chat.service", fixture.installation() + "/bin/mattermost");
        unit("longer.service", fixture.installation() + "-staging/bin/mattermost");
        fixture.on(
                "list-unit-files",
                "echo 'chat.service enabled'; echo 'longer.service enabled'; echo 'getty@.service x'");
        DetectedService found = detect(null);
        assertEquals(ServiceKind.SYSTEMD, found.control().kind());
        assertEquals("chat.service", found.control().name());
        assertTrue(found.toString(), found.toString().contains("mattermost.service starts /opt/another"));
    }

    @Test
    public void findsAUsualNameThatSystemdDoesNotList() throws Exception {
        fixture.systemctl();
        unit("mattermost-server.service", fixture.installation() + "/bin/platform");
        assertEquals("mattermost-server.service", detect("").control().name());
    }

    @Test
    public void takesTheUnitThatWasNamed() throws Exception {
        fixture.systemctl();
        unit("wrapped.service", "/usr/local/bin/start-chat");
        assertEquals("wrapped.service", detect("wrapped").control().name());
    }

    @Test
    public void refusesToChooseBetweenTwo() throws Exception {
        fixture.systemctl();
        unit("mattermost.service", fixture.installation() + "/bin/mattermost");
        unit("mattermost-server.service", fixture.installation() + "/bin/mattermost");
        RefusedException e = assertThrows(RefusedException.class, () -> detect(null));
        assertTrue(
                e.getMessage(),
                e.getMessage().contains("mattermost.service") && e.getMessage().contains("mattermost-server.service"));
        assertEquals("mattermost.service", detect("mattermost").control().name());
    }

    @Test
    public void findsAnUpstartJobAndAnInitScript() throws Exception {
        fixture.systemctl();
        fixture.etc("init.d/chat", "#!/bin/sh\nDAEMON=" + fixture.installation() + "/bin/mattermost\n");
        fixture.etc("init.d/other", "#!/bin/sh\nDAEMON=" + fixture.installation() + "-old/bin/mattermost\n");
        DetectedService script = detect(null);
        assertEquals(ServiceKind.SYSV, script.control().kind());
        assertEquals("chat", script.control().name());
        fixture.tool("initctl", "echo 'init (upstart 1.12.1)'");
        fixture.etc("init/mm.conf", "chdir " + fixture.installation() + "\nexec bin/platform\n");
        DetectedService job = detect(null);
        assertEquals(ServiceKind.UPSTART, job.control().kind());
        assertEquals("mm", job.control().name());
    }

    @Test
    public void refusesWhenNothingManagesTheServerAndSaysWhatWasSeen() throws Exception {
        fixture.systemctl();
        fixture.program(ServiceFixture.OBEDIENT);
        RefusedException stopped = assertThrows(RefusedException.class, () -> detect(null));
        assertTrue(stopped.getMessage(), stopped.getMessage().contains("no server runs there"));
        long pid = fixture.startByHand(Map.of());
        RefusedException running = assertThrows(RefusedException.class, () -> detect(null));
        assertTrue(running.getMessage(), running.getMessage().contains("process " + pid));
        assertTrue(running.hint().text(), running.hint().text().contains("mattermost.service"));
        RefusedException named = assertThrows(RefusedException.class, () -> detect("nothing"));
        assertTrue(named.getMessage(), named.getMessage().contains("'nothing'"));
    }

    @Test
    public void takesTheUnitThatTheServerRunsInFromItsControlGroup() throws Exception {
        fixture.systemctl();
        fixture.program(ServiceFixture.OBEDIENT);
        long pid = fixture.startByHand(Map.of());
        // the program lies elsewhere as far as the unit says: the running process alone tells
        fixture.unit(
                "wrapped.service",
                "LoadState=loaded",
                "ActiveState=active",
                "MainPID=" + pid,
                "ExecStart={ path=/usr/local/bin/start ; argv[]=/usr/local/bin/start ; ignore_errors=no }");
        Path proc = Files.createDirectories(fixture.root().resolve("proc"));
        for (String name : List.of("stat", "status", "cmdline", "environ")) {
            Path target =
                    Files.createDirectories(proc.resolve(Long.toString(pid))).resolve(name);
            Files.write(target, Files.readAllBytes(Path.of("/proc/" + pid + "/" + name)));
        }
        Files.write(proc.resolve("stat"), Files.readAllBytes(Path.of("/proc/stat")));
        for (String name : List.of("exe", "cwd")) {
            Files.createSymbolicLink(
                    proc.resolve(pid + "/" + name), Files.readSymbolicLink(Path.of("/proc/" + pid + "/" + name)));
        }
        Path group = proc.resolve(pid + "/cgroup");
        Files.writeString(group, "0::/system.slice/wrapped.service\n");
        DetectedService found = detectWith(proc);
        assertEquals("wrapped.service", found.control().name());
        assertTrue(found.toString(), found.toString().contains("process " + pid + " runs in wrapped.service"));

        Files.writeString(group, "0::/user.slice/user-0.slice/user@0.service/app.slice/wrapped.service\n");
        RefusedException user = assertThrows(RefusedException.class, () -> detectWith(proc));
        assertTrue(user.getMessage(), user.getMessage().contains("user's login session"));

        Files.writeString(group, "0::/system.slice/docker-0123.scope\n");
        RefusedException container = assertThrows(RefusedException.class, () -> detectWith(proc));
        assertTrue(container.getMessage(), container.getMessage().contains("container"));
    }

    private DetectedService detectWith(Path proc) {
        Host real = fixture.host();
        Host host = (Host) Proxy.newProxyInstance(
                Host.class.getClassLoader(),
                new Class<?>[] {Host.class},
                (proxy, method, arguments) -> method.getName().equals("path") && arguments[0].equals("/proc")
                        ? proc
                        : method.invoke(real, arguments));
        ServiceContext context = fixture.context(null);
        return new ServiceDetection(new ServiceContext(
                        host, context.installation(), null, context.root(), context.consoleLog(), context.pace()))
                .detect(null);
    }

    private DetectedService detect(String name) {
        return new ServiceDetection(fixture.context(null)).detect(name);
    }

    private void unit(String name, String program) throws Exception {
        fixture.unit(
                name,
                "LoadState=loaded",
                "ActiveState=inactive",
                "ExecStart={ path=" + program + " ; argv[]=" + program + " server ; ignore_errors=no }");
    }
}
