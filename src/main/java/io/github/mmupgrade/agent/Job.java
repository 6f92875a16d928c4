package io.github.mmupgrade.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.ProcessId;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.report.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A goal that is carried out by a process of its own and outlives whoever asked for it. Everything about it is in one
 * directory that only its owner can read; no secret is among it.
 */
final class Job {

    private static final String DESCRIPTION = "job.json";
    private static final String PROCESS = "process";
    private static final String SHOWN = "shown";
    private static final String END = "end";
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;
    private final Description description;

    /** As long as every outcome. */
    private static final String ROOM_FOR_END = "%-15s\n";

    /**
     * What a job is. Other versions read it, too: it consists of texts alone, and what is missing stands for nothing.
     *
     * @param goal the key of its goal
     * @param caller who asked for it
     * @param installation what it works on; null when that is not known
     * @param fingerprint stands for what was asked for
     * @param engine the name of the engine that carries it out
     * @param version the engine's version
     * @param begun when it was asked for
     */
    record Description(
            String goal,
            String caller,
            Path installation,
            String fingerprint,
            String engine,
            String version,
            Instant begun) {

        static Description of(AgentRequest.Run call, String engine, String version, Instant begun) {
            return new Description(
                    call.request().goal().key(),
                    call.caller(),
                    call.request().options().installDirectory(),
                    call.fingerprint(),
                    engine,
                    version,
                    begun);
        }

        private static Description read(JsonNode json, Path directory) throws IOException {
            // earlier versions have written the whole call down
            JsonNode call = json.has("call") ? json.path("call") : json;
            JsonNode request = call.path("request");
            String place = json.path("installation")
                    .asText(request.path("options").path("installDirectory").asText());
            String begun = json.path("begun").asText();
            return new Description(
                    json.path("goal").asText(request.path("goal").asText("a goal")),
                    call.path("caller").asText("somebody"),
                    place.isEmpty() ? null : Path.of(place),
                    call.path("fingerprint").asText(),
                    json.path("engine").asText(),
                    json.path("version").asText(),
                    begun.isEmpty() ? Files.getLastModifiedTime(directory).toInstant() : Instant.parse(begun));
        }
    }

    private Job(Path directory, Description description) {
        this.directory = directory;
        this.description = description;
    }

    /** Writes a new job down. */
    static Job create(Path directory, Description description) throws IOException {
        Files.createDirectory(directory, Jobs.PRIVATE);
        Files.createDirectory(directory.resolve("reports"), Jobs.PRIVATE);
        // a disk that is full by then must not keep anybody from hearing how it ended
        AtomicFile.write(directory.resolve(END), AtomicFile.PRIVATE, ROOM_FOR_END.formatted(""));
        AtomicFile.write(directory.resolve(DESCRIPTION), AtomicFile.PRIVATE, Json.line(description));
        return new Job(directory, description);
    }

    /**
     * Reads a job.
     *
     * @throws IOException when there is none in the directory
     */
    static Job read(Path directory) throws IOException {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(Files.readString(directory.resolve(DESCRIPTION)));
        } catch (IOException unreadable) {
            json = MissingNode.getInstance();
        }
        Job job = new Job(directory, Description.read(json, directory));
        if (json.isMissingNode() && job.process().isEmpty()) {
            throw new NoSuchFileException(directory.resolve(DESCRIPTION).toString());
        }
        return job;
    }

    String name() {
        return directory.getFileName().toString();
    }

    /** Whether it works on an installation, as far as that is known; what is at work and cannot be read may be. */
    boolean isOf(Path installation) {
        return description.installation() == null
                ? process().isPresent()
                : description.installation().equals(installation);
    }

    Path directory() {
        return directory;
    }

    Description description() {
        return description;
    }

    /** Where its reports are written. */
    Path reports() {
        return directory.resolve("reports");
    }

    /** Where its events are written. */
    Path events() {
        return directory.resolve("events.jsonl");
    }

    /** Where its process writes what nobody expects. */
    Path output() {
        return directory.resolve("output.log");
    }

    /** Says that this process is the one that carries it out. */
    void belongsToThisProcess() throws IOException {
        long pid = ProcessHandle.current().pid();
        ProcessInfo self = new Processes(Path.of("/proc"))
                .find(pid)
                .orElseThrow(() -> new IOException("/proc does not show process " + pid));
        AtomicFile.write(
                directory.resolve(PROCESS),
                AtomicFile.PRIVATE,
                self.id() + "\n" + Files.readString(BOOT).strip() + "\n");
    }

    /** The process that carries it out; empty when it never began, or has ended, or the machine was started again. */
    Optional<ProcessId> process() {
        try {
            String[] lines =
                    Files.readString(directory.resolve(PROCESS)).strip().split("\n");
            if (lines.length != 2 || !lines[1].equals(Files.readString(BOOT).strip())) {
                return Optional.empty();
            }
            return ProcessId.tryParse(lines[0]).filter(new Processes(Path.of("/proc"))::runs);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether a process was there for it at any time. */
    boolean hasBegun() {
        return Files.exists(directory.resolve(PROCESS));
    }

    /** How it ended; empty as long as it has not said so. */
    Optional<AgentReply.Outcome> end() {
        return text(END).flatMap(text -> Stream.of(AgentReply.Outcome.values())
                .filter(outcome -> outcome.name().equals(text))
                .findFirst());
    }

    /** Says how it ended, if that was not said yet. */
    synchronized void end(AgentReply.Outcome outcome) throws IOException {
        if (end().isPresent()) {
            return;
        }
        try (FileChannel file =
                FileChannel.open(directory.resolve(END), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(ROOM_FOR_END.formatted(outcome).getBytes(StandardCharsets.UTF_8)));
            file.force(true);
        }
    }

    /** When it ended, as far as that is known. */
    Optional<Instant> ended() {
        try {
            return Optional.of(Files.getLastModifiedTime(directory.resolve(END)).toInstant());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Up to which event it was shown to somebody; 0 for none. */
    long shown() {
        return text(SHOWN).map(Long::parseLong).orElse(0L);
    }

    /** Says up to which event it was shown. */
    synchronized void shown(long number) throws IOException {
        if (number > shown()) {
            AtomicFile.write(directory.resolve(SHOWN), AtomicFile.PRIVATE, number + "\n");
        }
    }

    /** Whether somebody has seen how it ended. */
    boolean isSeen() {
        try {
            return Files.exists(events())
                    && shown() >= Files.readAllLines(events()).size();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a call asks for the same. */
    boolean isFor(AgentRequest.Run run) {
        return description.fingerprint().equals(run.fingerprint());
    }

    private Optional<String> text(String name) {
        try {
            return Optional.of(Files.readString(directory.resolve(name)).strip())
                    .filter(text -> !text.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return description.goal() + ", begun by " + description.caller() + " at " + description.begun();
    }
}
