package io.github.mmupgrade.journal;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class JournalTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T03:14:15Z"), ZoneOffset.UTC);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void keepsEventsAcrossOpenings() {
        Path file = file();
        Journal.open(file, CLOCK).append("r1", 1, "install", "bin", JournalEvent.Kind.BEGIN, Map.of("from", "a\nb"));
        JournalEvent event = Journal.open(file, CLOCK).events().get(0);
        assertEquals("install", event.stage());
        assertEquals("a\nb", event.data().get("from"));
        assertEquals(CLOCK.instant(), event.at());
    }

    @Test
    public void isReadableByItsOwnerOnly() throws Exception {
        Path file = file();
        Journal.open(file, CLOCK).append("r1", 0, "run", null, JournalEvent.Kind.BEGIN, Map.of());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    }

    @Test
    public void readingLeavesNoTrace() {
        assertTrue(Journal.open(file(), CLOCK).events().isEmpty());
        assertFalse(Files.exists(file()));
    }

    @Test
    public void cutsOffATornLastLineAtEveryLength() throws Exception {
        Path file = file();
        Journal.open(file, CLOCK).append("r1", 1, "stop", null, JournalEvent.Kind.BEGIN, Map.of());
        byte[] whole = Files.readAllBytes(file);
        Journal.open(file, CLOCK).append("r1", 1, "stop", null, JournalEvent.Kind.DONE, Map.of());
        byte[] two = Files.readAllBytes(file);
        for (int length = whole.length; length < two.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(two, length));
            Journal journal = Journal.open(file, CLOCK);
            assertEquals("cut at " + length, 1, journal.events().size());
            journal.append("r1", 1, "stop", null, JournalEvent.Kind.DONE, Map.of());
            assertEquals(new String(two, java.nio.charset.StandardCharsets.UTF_8), Files.readString(file));
        }
    }

    @Test
    public void refusesADamagedLineInTheMiddle() throws Exception {
        Path file = file();
        Journal journal = Journal.open(file, CLOCK);
        journal.append("r1", 1, "stop", null, JournalEvent.Kind.BEGIN, Map.of());
        Files.writeString(file, "garbage\n", StandardOpenOption.APPEND);
        journal.append("r1", 1, "stop", null, JournalEvent.Kind.DONE, Map.of());
        RefusedException e = assertThrows(RefusedException.class, () -> Journal.open(file, CLOCK));
        assertTrue(e.getMessage(), e.getMessage().contains("Line 2"));
    }

    @Test
    public void refusesTheFormatOfANewerPlugin() throws Exception {
        Path file = file();
        Journal.open(file, CLOCK).append("r1", 1, "stop", null, JournalEvent.Kind.BEGIN, Map.of());
        Files.writeString(file, Files.readString(file).replace("\"format\":1", "\"format\":2"));
        assertThrows(RefusedException.class, () -> Journal.open(file, CLOCK));
    }

    private Path file() {
        return folder.getRoot().toPath().resolve("state/journal.jsonl");
    }
}
