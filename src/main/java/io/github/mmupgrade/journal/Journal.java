package io.github.mmupgrade.journal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.ReservedSpace;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The durable record of what the runs on one installation have done: one JSON object a line, appended and forced to the
 * disk before the call returns; single renames of many reach the disk with what follows them.
 *
 * <p>A machine that loses its power while a line is written leaves a torn last line; it is cut off when the journal is
 * opened, because what it announced was not begun yet, and what it confirmed is asked of the actual state again.
 */
public final class Journal {

    /** The version of the format that this class writes, and the newest that it reads. */
    public static final int FORMAT = 1;

    /** A way back takes some dozen events of at most a few hundred bytes. */
    private static final int RESERVED_BYTES = 128 << 10;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantReader()))
            .build();

    private final Path file;
    private final Clock clock;
    private final List<JournalEvent> events;
    private final List<JournalEvent> unwritten = new ArrayList<>();
    private Consumer<JournalEvent> observer = event -> {};
    private boolean lenient;

    private Journal(Path file, Clock clock, List<JournalEvent> events) {
        this.file = file;
        this.clock = clock;
        this.events = events;
    }

    /**
     * Opens the journal, whether it exists yet or not. Nothing is written before the first event, so that a goal which
     * only reads leaves no trace.
     *
     * @param file where it is
     * @param clock tells the time of the events
     * @throws RefusedException when it cannot be read, or a newer plugin wrote it
     */
    public static Journal open(Path file, Clock clock) {
        List<JournalEvent> events = new ArrayList<>();
        try {
            if (Files.exists(file)) {
                String[] lines = Files.readString(file).split("\n", -1);
                // what stands behind the last newline was torn off while it was written
                for (int i = 0; i < lines.length - 1; i++) {
                    events.add(read(file, i + 1, lines[i]));
                }
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The journal " + file + " cannot be read: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Run as the user who ran the earlier goals, usually root."),
                    e);
        }
        return new Journal(file, clock, events);
    }

    private static JournalEvent read(Path file, int line, String entry) {
        JournalEvent event;
        try {
            event = JSON.readValue(entry, JournalEvent.class);
        } catch (JsonProcessingException e) {
            throw damaged("Line " + line + " of the journal " + file);
        }
        if (event == null) {
            throw damaged("Line " + line + " of the journal " + file);
        }
        if (event.format() > FORMAT) {
            throw new RefusedException(
                    "The journal " + file + " has format " + event.format() + "; this plugin reads up to " + FORMAT
                            + ". Nothing was changed.",
                    Hint.of("Use the version of the plugin that wrote it, or a newer one."));
        }
        return event;
    }

    private static RefusedException damaged(String what) {
        return new RefusedException(
                what + " is damaged. Nothing was changed.",
                Hint.of(
                        "Repair the line or restore the file. Without it, earlier runs can be neither resumed nor rolled back:"
                                + " move it away only if none is in progress."));
    }

    /** Is told of every event right after it is on the disk; for tests that break a run at each of them. */
    public void observe(Consumer<JournalEvent> newObserver) {
        observer = newObserver;
    }

    /**
     * Does something whose steps all ask the actual state what is left to do, so that it must continue where the journal's file
     * system is full or gone, too: to bring a server back is worth more than the record of it.
     */
    public <T> T leniently(Supplier<T> work) {
        boolean before = lenient;
        lenient = true;
        try {
            return work.get();
        } finally {
            lenient = before;
        }
    }

    /** How many events could not be written. */
    public int unwritten() {
        return unwritten.size();
    }

    /**
     * Keeps room for the events that a way back takes, on a file system that may be full by then.
     *
     * @throws StageFailedException when there is none
     */
    public void reserve() {
        try {
            ReservedSpace.keep(reserved(), RESERVED_BYTES);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private Path reserved() {
        return file.resolveSibling(file.getFileName() + ".reserve");
    }

    /** All events, oldest first. */
    public List<JournalEvent> events() {
        return List.copyOf(events);
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /**
     * Appends an event; when the call returns, it is on the disk. That something failed is noted where it can be: it
     * must not keep anybody from what follows a failure.
     *
     * @throws StageFailedException when it cannot be written
     */
    public void append(
            String run, int hop, String stage, String step, JournalEvent.Kind kind, Map<String, String> data) {
        append(new JournalEvent(FORMAT, clock.instant(), run, hop, stage, step, kind, data), true);
    }

    /**
     * Appends an event that is on the disk only with the next one of {@link #append}. It outlives this process, not the
     * system: for steps that are told by what is there, and many of which follow each other while people wait.
     *
     * @throws StageFailedException when it cannot be written
     */
    public void appendUnforced(
            String run, int hop, String stage, String step, JournalEvent.Kind kind, Map<String, String> data) {
        append(new JournalEvent(FORMAT, clock.instant(), run, hop, stage, step, kind, data), false);
    }

    /** Removes all events of some runs; on the disk there is the whole journal before it or the one after it. */
    void remove(Set<String> runs) throws IOException {
        if (runs.isEmpty() || !unwritten.isEmpty()) {
            return;
        }
        String[] lines = Files.readString(file).split("\n", -1);
        StringBuilder kept = new StringBuilder();
        for (int i = 0; i < lines.length - 1; i++) {
            if (!runs.contains(read(file, i + 1, lines[i]).run())) {
                kept.append(lines[i]).append('\n');
            }
        }
        AtomicFile.write(file, AtomicFile.PRIVATE, kept.toString());
        events.removeIf(event -> runs.contains(event.run()));
    }

    private void append(JournalEvent event, boolean forced) {
        try {
            write(event, forced);
        } catch (IOException e) {
            boolean room = ReservedSpace.release(reserved());
            if (!lenient && event.kind() != JournalEvent.Kind.FAILED) {
                throw notWritten(e);
            }
            writeIfPossible(event, room);
        }
        events.add(event);
        observer.accept(event);
    }

    private void writeIfPossible(JournalEvent event, boolean room) {
        try {
            if (room) {
                write(event, true);
                return;
            }
        } catch (IOException e) {
            // counted below, and said by whoever is at work
        }
        unwritten.add(event);
    }

    private StageFailedException notWritten(IOException e) {
        return new StageFailedException(
                "The journal " + file + " cannot be written: " + e.getMessage()
                        + ". The step that it should announce was not started.",
                Hint.of(
                        "Free some space on its file system, or name another directory with mattermost.stateDirectory."),
                e);
    }

    private void write(JournalEvent event, boolean forced) throws IOException {
        boolean isNew = !Files.exists(file);
        if (isNew) {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = endOfLastWholeLine(channel);
            channel.truncate(end);
            channel.position(end);
            StringBuilder lines = new StringBuilder();
            for (JournalEvent late : unwritten) {
                lines.append(JSON.writeValueAsString(late)).append('\n');
            }
            lines.append(JSON.writeValueAsString(event)).append('\n');
            ByteBuffer line = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            if (forced) {
                channel.force(true);
            }
        }
        if (isNew) {
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
        unwritten.clear();
    }

    private static long endOfLastWholeLine(FileChannel channel) throws IOException {
        long end = channel.size();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (end > 0) {
            one.clear();
            channel.read(one, end - 1);
            if (one.get(0) == '\n') {
                return end;
            }
            end--;
        }
        return 0;
    }

    private static final class InstantReader extends StdDeserializer<Instant> {
        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return Instant.parse(parser.getText());
        }
    }
}
