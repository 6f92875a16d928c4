package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.stages.Stage;
import org.junit.Test;

/** The order of the stages, which the upgrade follows and the journal's hints name the next stage by. */
public class StageOrderTest {

    @Test
    public void theUpgradeFollowsTheOrderOfTheJournal() {
        assertEquals(StageName.HOP, Upgrade.HOP.stream().map(Stage::name).toList());
    }
}
