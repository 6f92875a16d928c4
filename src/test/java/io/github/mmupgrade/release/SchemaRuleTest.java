package io.github.mmupgrade.release;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.release.SchemaVerdict.Outcome;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** What real servers were seen to do about a schema that isn't their own. */
@RunWith(Parameterized.class)
public class SchemaRuleTest {

    @Parameters(name = "{0} on a schema of {1}: {2}")
    public static List<Object[]> seen() {
        return List.of(new Object[][] {
            {"1.4.0", "1.2.1", Outcome.REFUSES_OLDER},
            {"1.4.0", "1.3.0", Outcome.MIGRATES},
            {"1.3.0", "1.4.0", Outcome.REFUSES_NEWER},
            {"2.0.0", "2.2.0", Outcome.REFUSES_NEWER},
            {"2.0.0", "1.3.0", Outcome.MIGRATES},
            {"2.1.0", "1.4.0", Outcome.MIGRATES},
            {"2.2.0", "2.0.0", Outcome.MIGRATES},
            {"2.2.0", "1.4.0", Outcome.REFUSES_OLDER},
            {"3.0.3", "2.2.0", Outcome.NEEDS_COMMAND},
            {"3.0.3", "3.0.0", Outcome.SAME},
            {"3.10.3", "2.2.0", Outcome.REFUSES_OLDER},
            {"3.10.3", "3.0.0", Outcome.MIGRATES},
            {"4.10.10", "4.0.0", Outcome.MIGRATES},
            {"5.2.2", "5.9.0", Outcome.REFUSES_NEWER},
            {"5.9.8", "5.18.0", Outcome.REFUSES_NEWER},
            {"5.18.2", "5.25.0", Outcome.STARTS_ON_NEWER},
            {"5.25.7", "5.37.0", Outcome.STARTS_ON_NEWER},
            {"5.37.0", "5.2.0", Outcome.MIGRATES},
            {"5.37.0", "3.0.0", Outcome.REFUSES_OLDER},
            {"5.31.0", "5.30.0", Outcome.MIGRATES},
            {"5.37.10", "5.37.0", Outcome.SAME},
            {"11.7.9", "10.11.0", Outcome.MIGRATES},
            {"0.6.0", "0.6.0", Outcome.SAME},
        });
    }

    @Parameter(0)
    public String server;

    @Parameter(1)
    public String schema;

    @Parameter(2)
    public Outcome outcome;

    @Test
    public void saysWhatTheServerDoes() {
        assertEquals(
                outcome,
                Catalogue.builtIn()
                        .schemaVerdict(Version.parse(schema), Version.parse(server))
                        .outcome());
    }
}
