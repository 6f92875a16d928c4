package io.github.mmupgrade.report;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import org.junit.Test;

public class PrintableTest {

    @Test
    public void whatSteersATerminalIsAQuestionMark() {
        // ESC, CSI as one character, DEL, a mark that turns the direction around, a tag that nobody sees
        assertEquals("a?[2Jb?c?d?e?f?g", Printable.text("a\u001b[2Jb\u009bc\u007fd\u202ee\udb40\udc41f\rg"));
        assertEquals("Zo\u00eb \u4f60\u597d\n\tx\n", Printable.text("Zo\u00eb \u4f60\u597d\n\tx\r\n"));
        assertEquals("one?line?only?", Printable.value("one\nline\tonly\u0085"));
    }

    @Test
    public void jsonSaysTheSame() {
        String json = Printable.json(Json.pretty(Json.tree("{\"a\": \"\\u009b\\u202e\\u001b\\ud834\\udd73 \u00fc\"}")));
        assertFalse(json, json.contains("\u009b"));
        assertEquals(
                "\u009b\u202e\u001b\ud834\udd73 \u00fc",
                Json.tree(json).path("a").asText());
    }

    @Test
    public void noExceptionOfAChainSteersATerminalEither() {
        RefusedException plain = new RefusedException("It is no database", Hint.of("x"), new SQLException("no"));
        assertSame(plain, Printable.exception(plain));
        SQLException cause = new SQLException("role \u009b2J", new SQLException("\u001b]52;c;eA==\u0007"));
        cause.addSuppressed(new SQLException("\u202e"));
        StringWriter all = new StringWriter();
        Throwable shown = Printable.exception(new RefusedException("It is no database", Hint.of("x"), cause));
        shown.printStackTrace(new PrintWriter(all, true));
        assertEquals(Printable.text(all.toString()), all.toString());
        assertEquals("role ?2J", shown.getCause().getMessage());
        assertEquals(
                "java.sql.SQLException: ?]52;c;eA==?",
                shown.getCause().getCause().getLocalizedMessage());
        assertEquals(cause.getStackTrace()[0], shown.getCause().getStackTrace()[0]);
    }
}
