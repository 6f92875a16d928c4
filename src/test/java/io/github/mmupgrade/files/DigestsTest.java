package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DigestsTest {

    /** From FIPS 180-2, appendix B.1. */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void agreesWithTheStandard() throws Exception {
        Path file = folder.newFile().toPath();
        Files.writeString(file, "abc");
        AtomicLong read = new AtomicLong();
        assertEquals(ABC, Digests.sha256("abc".getBytes(StandardCharsets.UTF_8)));
        assertEquals(ABC, Digests.sha256(file, read::addAndGet));
        assertEquals(3, read.get());
    }

    @Test
    public void takesSumsAsPeoplePasteThem() {
        assertEquals(ABC, Digests.normalizeSha256(" " + ABC.toUpperCase(java.util.Locale.ROOT) + "\n"));
        assertThrows(IllegalArgumentException.class, () -> Digests.normalizeSha256(ABC.substring(1)));
        assertThrows(IllegalArgumentException.class, () -> Digests.normalizeSha256("g" + ABC.substring(1)));
    }
}
