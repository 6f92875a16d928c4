package io.github.mmupgrade.report;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;

public class ProgressMeterTest {

    private long nanos;
    private final List<Event.Progress> told = new ArrayList<>();

    private Reporter.Meter meter(long total) {
        return new ProgressMeter(event -> told.add((Event.Progress) event), "copying", total, "bytes", () -> nanos);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    public void estimatesTheRestWithinAFactorOfTwoAfterAQuarterAlthoughTheSpeedVaries() {
        try (Reporter.Meter meter = meter(4000)) {
            for (int i = 0; i < 40; i++) {
                // a first copy gets slower when the cache is full
                pass(Duration.ofMillis(i < 10 ? 800 : 1200));
                meter.advance(100);
            }
        }
        Event.Progress quarter = told.stream()
                .filter(progress -> progress.done() == 1000)
                .findFirst()
                .orElseThrow();
        double real = 30 * 1.2;
        double ratio = quarter.left().toMillis() / 1000.0 / real;
        assertTrue("" + ratio, ratio > 0.5 && ratio < 2);
    }

    @Test
    public void tellsAtMostFiveTimesASecondAndItsEndOnce() {
        Reporter.Meter meter = meter(1000);
        for (int i = 0; i < 1000; i++) {
            pass(Duration.ofMillis(10));
            meter.advance(1);
        }
        meter.close();
        meter.close();
        assertEquals(51, told.size());
        assertTrue(told.get(50).ended());
        assertEquals(Duration.ofSeconds(10), told.get(50).seconds());
        assertEquals(1000, told.get(50).done());
    }

    @Test
    public void estimatesNothingWhereTheWholeIsNotKnownOrWasUnderestimated() {
        Reporter.Meter unknown = meter(-1);
        pass(Duration.ofSeconds(1));
        unknown.advance(5);
        assertNull(told.get(0).left());
        Reporter.Meter under = meter(4);
        pass(Duration.ofSeconds(1));
        under.advance(5);
        assertNull(told.get(1).left());
    }
}
