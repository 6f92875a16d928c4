package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.EventText;
import java.io.IOException;

/** What an agent answers over SSH, and events, which are shown. Who reads a line takes an {@code IOException}. */
public final class AgentReplyFuzz {

    private AgentReplyFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = Fuzzing.text(input);
        Fuzzing.endsWell(IOException.class, () -> AgentReply.parse(text).ifPresent(AgentReply::toLine));
        Fuzzing.endsWell(IOException.class, () -> {
            EventJson.Stamped stamped = EventJson.read(text);
            EventText.level(stamped.event());
            EventText.lines(stamped.event());
            EventText.hint(stamped.event());
            if (stamped.event() instanceof Event.Progress progress) {
                EventText.line(progress);
            }
            EventJson.write(stamped);
        });
    }
}
