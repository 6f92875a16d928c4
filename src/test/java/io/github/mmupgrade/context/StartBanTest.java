package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;

import java.nio.file.Path;
import org.junit.Test;

public class StartBanTest {

    @Test
    public void whatOtherNodesToldIsNoLineOfTheUnit() {
        assertEquals(
                "# to 11.7?[Service]?ExecStartPre=/bin/evil\n[Unit]\nAssertPathExists=!/var/lib/a%%b\n",
                StartBan.assertion("to 11.7\n[Service]\rExecStartPre=/bin/evil", Path.of("/var/lib/a%b")));
    }
}
