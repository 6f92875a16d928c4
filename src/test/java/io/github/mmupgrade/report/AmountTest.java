package io.github.mmupgrade.report;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class AmountTest {

    @Test
    public void oneIsInTheSingular() {
        assertEquals("1 table", Amount.of(1, "table"));
        assertEquals("1 entry", Amount.of(1, "entry"));
    }

    @Test
    public void everyOtherNumberIsInThePlural() {
        assertEquals("0 tables", Amount.of(0, "table"));
        assertEquals("2 entries", Amount.of(2, "entry"));
    }
}
