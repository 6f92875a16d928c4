package io.github.mmupgrade.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.Test;

public class ArchiveTrustTest {

    private static final Optional<String> A = Optional.of("a".repeat(64));
    private static final Optional<String> B = Optional.of("b".repeat(64));

    @Test
    public void refusesWhatNothingVouchesForAndSaysWhatToPass() {
        RefusedException refused = assertThrows(
                RefusedException.class, () -> ArchiveTrust.of(Optional.empty(), Optional.empty(), Optional.empty()));
        assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.sha256"));
        assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.signingKey"));
    }

    @Test
    public void takesTheSumThatIsKnown() {
        Optional<Path> key = Optional.of(Path.of("key"));
        assertEquals(A, ArchiveTrust.of(A, Optional.empty(), key).sha256());
        assertEquals(A, ArchiveTrust.of(Optional.empty(), A, key).sha256());
        assertEquals(A, ArchiveTrust.of(Optional.of("A".repeat(64)), A, key).sha256());
        assertEquals(
                Optional.empty(),
                ArchiveTrust.of(Optional.empty(), Optional.empty(), key).sha256());
    }

    @Test
    public void refusesSumsThatContradictEachOther() {
        RefusedException refused = assertThrows(RefusedException.class, () -> ArchiveTrust.of(A, B, Optional.empty()));
        assertTrue(refused.getMessage(), refused.getMessage().contains(A.get()));
        assertTrue(refused.getMessage(), refused.getMessage().contains(B.get()));
    }

    @Test
    public void refusesWhatIsNoSum() {
        RefusedException refused = assertThrows(
                RefusedException.class, () -> ArchiveTrust.of(Optional.of("abc"), Optional.empty(), Optional.empty()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("'abc'"));
    }
}
