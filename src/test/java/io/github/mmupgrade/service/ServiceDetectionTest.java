package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
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
