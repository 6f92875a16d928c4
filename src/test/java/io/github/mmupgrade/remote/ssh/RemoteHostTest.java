package io.github.mmupgrade.remote.ssh;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import org.junit.Test;

public class RemoteHostTest {

    private static RemoteHost parse(String text) {
        return RemoteHost.parse(text, "mattermost.host");
    }

    @Test
    public void takesTheFormsThatSshTakes() {
        assertEquals(new RemoteHost(null, "chat", 0), parse("chat"));
        assertEquals(new RemoteHost("deploy", "chat.example.com", 2222), parse(" deploy@chat.example.com:2222 "));
        assertEquals(new RemoteHost("root", "2001:db8::1", 22), parse("root@[2001:db8::1]:22"));
        assertEquals(new RemoteHost(null, "fe80::1%eth0", 0), parse("[fe80::1%eth0]"));
        assertEquals("root@[2001:db8::1]:22", parse("root@[2001:db8::1]:22").toString());
    }

    @Test
    public void refusesWhatSshWouldTakeForSomethingElse() {
        for (String text : List.of(
                "",
                "-oProxyCommand=reboot",
                "a@-oProxyCommand=reboot",
                "ssh://chat",
                "chat,chat2",
                "chat:0",
                "chat:70000",
                "chat:ssh",
                "a b",
                "deploy@",
                "@chat",
                "a@b@c",
                "2001:db8::1")) {
            RefusedException refused = assertThrows(text, RefusedException.class, () -> parse(text));
            assertTrue(refused.getMessage(), refused.getMessage().startsWith("mattermost.host=" + text));
        }
    }

    @Test
    public void twoLoginsAreRefusedUnlessTheyAreTheSame() {
        assertEquals("deploy@chat", parse("chat").as("deploy", "id").toString());
        assertEquals("deploy@chat", parse("deploy@chat").as("deploy", "id").toString());
        assertEquals("deploy@chat", parse("deploy@chat").as(null, "id").toString());
        RefusedException refused =
                assertThrows(RefusedException.class, () -> parse("root@chat").as("deploy", "id"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("the server 'id' in settings.xml says deploy"));
    }
}
