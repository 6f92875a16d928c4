package io.github.mmupgrade.elsewhere;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.remote.ssh.RemoteCommand;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of restic: each backup is a snapshot, found by its tags. A snapshot appears when everything of it is there,
 * so that one that was interrupted is none.
 */
final class ResticPlace implements Place {

    private static final String PROGRAM = "restic";
    private static final String TAG = "mattermost-backup";
    private static final String INSTALLATION = "installation=";
    private static final String BACKUP = "backup=";

    /** {@code sftp:[user@]host:path} and {@code sftp://[user@]host[:port]/path}. */
    private static final Pattern SFTP =
            Pattern.compile("sftp:(?://([^/]+)/.*|((?:[^/:\\[]*@)?(?:\\[[^]]*]|[^/:]+)):.*)");

    /** What the passwords of a repository come from where settings.xml has none. */
    private static final List<String> PASSWORDS =
            List.of("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND");

    private static final Pattern ABSENT =
            Pattern.compile("(?is).*(no such file or directory|does not exist|not found).*Is there a repository at.*");

    private static final Pattern CAUSE = Pattern.compile("Fatal: |panic: |(?i)no space left");

    private static final Duration QUESTION = Duration.ofMinutes(2);
    private static final Duration WORK = Duration.ofDays(7);
    private static final int NO_REPOSITORY = 10;
    private static final int WRONG_PASSWORD = 12;

    private final GoalContext context;
    private final Elsewhere place;
    private final Optional<PlaceLogin> login;

    ResticPlace(GoalContext context, Elsewhere place) {
        this.context = context;
        this.place = place;
        Matcher sftp = SFTP.matcher(place.address());
        this.login = sftp.matches()
                ? Optional.of(new PlaceLogin(
                        context.host(), place, sftp.group(1) == null ? sftp.group(2) : sftp.group(1), null))
                : Optional.empty();
    }

    @Override
    public void require() {
        ThisMachine.require(context.host(), PROGRAM, PROGRAM);
        directory().flatMap(path -> ThisMachine.notMounted(context, path)).ifPresent(refusal -> {
            throw refusal;
        });
        if (place.login().password() == null
                && PASSWORDS.stream().noneMatch(context.host().environment()::containsKey)) {
            throw new RefusedException(
                    "There is no password for restic's repository " + place.address() + ".",
                    Hint.of("Put it into the password of the server in settings.xml that mattermost.backup.serverId"
                            + " names (mattermost-backup)."));
        }
        ask(QUESTION, "cat", "config", "--no-lock");
    }

    @Override
    public Optional<String> doubt() {
        return directory().flatMap(path -> ThisMachine.sameDisk(context, path));
    }

    /** The directory of a repository that is one. */
    private Optional<Path> directory() {
        return place.address().startsWith("/") ? Optional.of(Path.of(place.address())) : Optional.empty();
    }

    @Override
    public List<PlaceCopy> copies() {
        CommandResult result = ask(QUESTION, "snapshots", "--json", "--no-lock", "--tag", tags());
        List<PlaceCopy> found = new ArrayList<>();
        for (JsonNode snapshot : json(result.output())) {
            for (JsonNode tag : snapshot.path("tags")) {
                if (tag.asText().startsWith(BACKUP)) {
                    PlaceCopy.of(
                                    snapshot.path("hostname").asText(),
                                    tag.asText().substring(BACKUP.length()),
                                    snapshot.path("id").asText())
                            .ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private String tags() {
        return TAG + "," + INSTALLATION + context.installation().stateName();
    }

    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new StageFailedException(
                    "What restic printed is not JSON.",
                    Hint.of("Check with 'restic version' that it is restic 0.14 or newer."),
                    e);
        }
    }

    @Override
    public PlaceCopy send(Backup backup, List<PlaceCopy> others) {
        // a lock that a killed restic has left keeps others from removing old snapshots
        context.host().run(restic("unlock").limit(QUESTION).build());
        Sent sent = new Sent();
        CommandResult result;
        try (Reporter.Meter meter =
                context.reporter().meter("handing over", backup.manifest().size())) {
            result = context.host()
                    .run(restic(
                                    "backup",
                                    "--json",
                                    "--force",
                                    "--host",
                                    context.host().name(),
                                    "--tag",
                                    tags() + "," + BACKUP + backup.run(),
                                    ".")
                            .directory(backup.root())
                            .standardOutput(new LineSink(line -> sent.read(line, meter)))
                            .limit(WORK)
                            .build());
        }
        PlaceCopy copy = new PlaceCopy(context.host().name(), backup.run(), sent.snapshot);
        if (result.succeeded() && copy.id() != null && holds(copy, backup)) {
            return copy;
        }
        if (copy.id() != null) {
            // nobody may take it for the backup
            context.host().run(restic("forget", copy.id()).limit(QUESTION).build());
        }
        if (!result.succeeded()) {
            throw failure(result, "restic could not take backup " + backup.run() + " to " + place);
        }
        throw new StageFailedException(
                "What restic took to " + place + " is not what backup " + backup.root() + " holds.",
                Hint.of("Verify the backup (verify-backup), and check the repository: restic -r " + place.address()
                        + " check --read-data"));
    }

    /** What restic says while it works. */
    private static final class Sent {
        private String snapshot;
        private long done;

        void read(String line, Reporter.Meter meter) {
            if (!line.startsWith("{")) {
                return;
            }
            JsonNode said = json(line);
            long bytes = said.path("bytes_done").asLong();
            if (bytes > done) {
                meter.advance(bytes - done);
                done = bytes;
            }
            if (said.path("message_type").asText().equals("summary")) {
                snapshot = said.path("snapshot_id").asText();
            }
        }
    }

    /** The same manifest, which holds the sums of all sums, and all names with their sizes; the contents are restic's. */
    @Override
    public boolean holds(PlaceCopy copy, Backup backup) {
        EntrySum there = new EntrySum();
        CommandResult listed = context.host()
                .run(restic("ls", "--json", "--no-lock", copy.id())
                        .standardOutput(new LineSink(line -> add(there, json(line))))
                        .limit(WORK)
                        .build());
        if (!listed.succeeded()) {
            throw failure(listed, "restic could not list what is in " + place);
        }
        Path manifest = null;
        try {
            manifest = Files.createTempDirectory("mmcopy").resolve(Manifest.NAME);
            fetchManifest(copy, manifest);
            return EntrySum.of(backup).same(there)
                    && Digests.sha256(manifest)
                            .equals(Digests.sha256(backup.root().resolve(Manifest.NAME)));
        } catch (IOException e) {
            throw new StageFailedException(
                    "What was handed over cannot be compared with backup " + backup.root() + ": " + IoReason.of(e),
                    Hint.of("Fix this, then run the goal again."),
                    e);
        } finally {
            ThisMachine.remove(manifest == null ? null : manifest.getParent());
        }
    }

    private static void add(EntrySum sum, JsonNode node) {
        String name = node.path("path").asText();
        switch (node.path("type").asText()) {
            case "file" -> sum.add(name.substring(1), node.path("size").asLong());
            case "symlink" -> sum.add(name.substring(1), 0);
            default -> {
                // directories, and the snapshot itself
            }
        }
    }

    /** Every block that a snapshot needs is in a file that is there and has its size. */
    @Override
    public void requireSound() {
        CommandResult result =
                context.host().run(restic("check", "--no-lock").limit(WORK).build());
        if (!result.succeeded()) {
            throw failure(result, "restic finds its repository " + place.address() + " damaged");
        }
    }

    @Override
    public void fetchManifest(PlaceCopy copy, Path file) {
        CommandResult result = context.host()
                .run(restic("dump", "--no-lock", copy.id(), "/" + Manifest.NAME)
                        .standardOutput(file)
                        .limit(QUESTION)
                        .build());
        if (!result.succeeded()) {
            throw failure(result, "restic could not read the manifest of " + copy.backup() + " in " + place);
        }
    }

    @Override
    public void fetch(PlaceCopy copy, Path to, long bytes) {
        CommandResult result = context.host()
                .run(restic("restore", "--no-lock", copy.id(), "--target", to.toString())
                        .limit(WORK)
                        .build());
        if (!result.succeeded()) {
            throw failure(result, "restic could not bring backup " + copy.backup() + " from " + place);
        }
    }

    private CommandResult ask(Duration limit, String... arguments) {
        CommandResult result = context.host().run(restic(arguments).limit(limit).build());
        if (result.succeeded()) {
            return result;
        }
        refuse(result);
        throw new UnreachablePlaceException(
                place.toString(), result.timedOut() ? "restic did not end in time." : result.ending(), null);
    }

    private Command.Builder restic(String... arguments) {
        Command.Builder command = Command.of(PROGRAM, "--repo=" + place.address())
                .add(
                        "--cache-dir",
                        context.options().places().cache().resolve(PROGRAM).toString())
                .environment("RESTIC_REPOSITORY_FILE", "")
                .environment("RESTIC_PROGRESS_FPS", "1");
        // ssh is never left to ask anybody, and knows nobody's key without being told; restic reads a line of CSV there
        login.ifPresent(ssh -> command.add(
                "-o",
                "\"sftp.command="
                        + (ssh.command() + " -s -- " + RemoteCommand.quoted(ssh.name()) + " sftp").replace("\"", "\"\"")
                        + "\""));
        if (place.login().password() != null) {
            PASSWORDS.forEach(name -> command.environment(name, ""));
            command.environment(PASSWORDS.get(0), place.login().password());
        }
        return command.add(arguments);
    }

    /** What a person has to correct. */
    private void refuse(CommandResult result) {
        String said = result.tail();
        if (result.exitStatus() == WRONG_PASSWORD || said.contains("wrong password")) {
            throw new RefusedException(
                    "The password is not that of restic's repository " + place.address() + ".",
                    Hint.of("Correct the password of the server in settings.xml that mattermost.backup.serverId"
                            + " names (mattermost-backup)."));
        }
        if (result.exitStatus() == NO_REPOSITORY || ABSENT.matcher(said).matches()) {
            throw new RefusedException(
                    "There is no repository of restic in " + place.address() + ".",
                    Hint.of("Make one, with the password of settings.xml, if this is the right place: restic -r "
                            + place.address() + " init"));
        }
    }

    /** How it ended: what it says of the cause may stand before a long trace. */
    private static String ending(CommandResult result) {
        List<String> causes = result.errors()
                .lines()
                .filter(line -> CAUSE.matcher(line).find())
                .distinct()
                .limit(3)
                .toList();
        return causes.isEmpty()
                ? result.ending()
                : "ended with status " + result.exitStatus() + ": " + String.join("\n", causes);
    }

    private StageFailedException failure(CommandResult result, String what) {
        refuse(result);
        return new StageFailedException(
                what + ": restic " + (result.timedOut() ? "did not end in time" : ending(result)),
                Hint.of("Check the place: restic -r " + place.address() + " check"));
    }

    @Override
    public void close() {
        login.ifPresent(PlaceLogin::close);
    }
}
