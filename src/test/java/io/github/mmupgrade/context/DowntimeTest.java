package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.ServerProbe;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.RecordingReporter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.Test;

public class DowntimeTest {

    private final RecordingReporter said = new RecordingReporter();
    private final Downtime downtime = new Downtime(said, true);
    private final ListenAddress address = new ListenAddress("127.0.0.1", FreePorts.next(), false, "");

    @Test
    public void thePageIsThereUntilThePortIsNeeded() {
        downtime.during(Goal.UPGRADE);
        downtime.isDown(() -> address);
        assertTrue(page(address));
        downtime.needsPort(() -> address);
        assertFalse(page(address));
        downtime.isDown(() -> address);
        assertTrue(page(address));
        downtime.closePage();
        assertFalse(page(address));
        assertEquals("info A maintenance page answers on " + address + " until the server is started", said.text());
    }

    @Test
    public void anotherServerOfThePortTakesThePageAway() {
        downtime.during(Goal.MIGRATE);
        downtime.isDown(() -> address);
        new Downtime(said, false).needsPort(() -> address);
        assertFalse(page(address));
    }

    @Test
    public void onlyGoalsThatAlsoStartTheServerShowIt() {
        downtime.during(Goal.STOP);
        downtime.isDown(() -> address);
        assertFalse(page(address));
        assertEquals("", said.text());
    }

    @Test
    public void whereTheServerSpeaksTlsThereIsNoneAndThatIsSaidOnce() {
        ListenAddress tls = new ListenAddress("127.0.0.1", address.port(), true, "");
        downtime.during(Goal.ROLLBACK);
        downtime.isDown(() -> tls);
        downtime.isDown(() -> tls);
        assertFalse(page(address));
        assertEquals(
                "info There is no maintenance page: the server itself speaks TLS"
                        + " (ServiceSettings.ConnectionSecurity).",
                said.text());
    }

    @Test
    public void aPortThatCannotBeHadIsOneWarning() throws Exception {
        try (ServerSocket other = new ServerSocket(address.port(), 1, InetAddress.getLoopbackAddress())) {
            assertTrue(other.isBound());
            downtime.during(Goal.UPGRADE);
            downtime.isDown(() -> address);
            downtime.isDown(() -> address);
            downtime.isDown(() -> {
                throw new IllegalStateException("no address at all");
            });
        }
        assertEquals("warn There is no maintenance page: Address already in use.", said.text());
    }

    @Test
    public void addsUpHowLongNobodyCouldUseIt() {
        assertFalse(downtime.isOver());
        downtime.begins();
        downtime.ends();
        downtime.begins();
        assertFalse(downtime.isOver());
        downtime.ends();
        assertTrue(downtime.isOver());
        assertTrue(downtime.total().isPresent());
        // an earlier call has stopped it
        downtime.ends();
        assertEquals(Optional.empty(), downtime.total());
    }

    private static boolean page(ListenAddress address) {
        return new ServerProbe(address, Duration.ofSeconds(5)).ask().reason().contains("maintenance page");
    }
}
