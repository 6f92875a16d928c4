package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.LocalHost;
import java.io.IOException;
import java.io.StringReader;
import org.junit.Test;

public final class AgentTalkTest {

    @Test
    public void keepsTheLastOfWhatIsPrintedAndNoMore() throws Exception {
        String script = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i + 1)); done; printf '%5000s\\n' x";
        Dialogue dialogue = new LocalHost().open(Command.of("sh", "-c", script).build());
        try (AgentTalk talk = new AgentTalk(dialogue)) {
            assertTrue(talk.start().isEmpty());
            String noise = talk.noise();
            assertTrue(noise, noise.startsWith("line 1991\n"));
            assertFalse(noise, noise.contains("line 1990"));
            assertTrue("length " + noise.length(), noise.length() < 3000);
        }
    }

    @Test
    public void aLineHasAnEnd() throws IOException {
        StringReader reader = new StringReader("one\r\n\ntwo");
        assertEquals("one", AgentTalk.readLine(reader, 10));
        assertEquals("", AgentTalk.readLine(reader, 10));
        assertEquals("two", AgentTalk.readLine(reader, 10));
        assertNull(AgentTalk.readLine(reader, 10));
        assertThrows(IOException.class, () -> AgentTalk.readLine(new StringReader("x".repeat(11)), 10));
    }
}
