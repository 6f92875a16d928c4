package io.github.mmupgrade.elsewhere;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.remote.ssh.RemoteCommand;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory, on this machine or on one that is reached by ssh, which then needs a shell and rsync. It holds
 * {@code HOST/INSTALLATION/BACKUP} for each backup. A backup comes there under another name first.
 */
final class RsyncPlace implements Place {

    private static final String PROGRAM = "rsync";
    private static final String ARRIVING = ".arriving-";
    private static final String REPLACED = ".replaced-";

    /** rsync's word of how far it is: {@code 1,234,567  45%  12.34MB/s  0:00:01}. */
    private static final Pattern PROGRESS = Pattern.compile("\\s*([0-9,.']+)\\s+[0-9]+%.*");

    /** The other side was not reached, or was lost. */
    private static final Set<Integer> LOST = Set.of(10, 12, 30, 35, 255);

    private static final Duration QUESTION = Duration.ofMinutes(2);
    private static final Duration WORK = Duration.ofDays(7);

    /** After so many silent seconds the other side counts as lost; it reads whole files in silence to compare them. */
    private static final String SILENCE = "--timeout=3600";

    private static final int NOT_THERE = 3;
    private static final int NOT_WRITABLE = 4;

    private final GoalContext context;
    private final Elsewhere place;
    private final String directory;
    private final Optional<PlaceLogin> login;

    RsyncPlace(GoalContext context, Elsewhere place) {
        this.context = context;
        this.place = place;
        String path = place.machine()
                .map(machine -> place.address().substring(machine.length() + 1))
                .orElse(place.address());
        this.directory = path.replaceFirst("(?<=.)/+$", "");
        this.login = place.machine()
                .map(machine -> new PlaceLogin(
                        context.host(), place, machine, place.login().password()));
    }

    @Override
    public void require() {
        ThisMachine.require(context.host(), PROGRAM, PROGRAM);
        if (login.isEmpty()) {
            ThisMachine.notMounted(context, Path.of(directory)).ifPresent(refusal -> {
                throw refusal;
            });
        }
        CommandResult result = shell(
                "cd -- " + quoted(directory) + " || exit 3; [ -w . ] || exit 4; command -v rsync >/dev/null || exit 5");
        if (!result.succeeded()) {
            throw switch (result.exitStatus()) {
                case NOT_THERE ->
                    new RefusedException(
                            "There is no directory " + directory + where() + ".",
                            Hint.of("Make it, or mount what belongs there, or correct mattermost.backup.elsewhere."));
                case NOT_WRITABLE ->
                    new RefusedException(
                            "Nothing can be written to " + directory + where() + ".",
                            Hint.of("Give it to the user who logs in there, or correct mattermost.backup.elsewhere."));
                default ->
                    new RefusedException(
                            "rsync cannot be used" + where() + ": it " + result.ending(),
                            Hint.of("Install it there (Debian and Ubuntu: apt-get install rsync)."));
            };
        }
    }

    private String where() {
        return login.map(ssh -> " on " + ssh.name()).orElse("");
    }

    @Override
    public Optional<String> doubt() {
        return login.isPresent() ? Optional.empty() : ThisMachine.sameDisk(context, Path.of(directory));
    }

    @Override
    public List<PlaceCopy> copies() {
        CommandResult result = shell("cd -- " + quoted(directory) + " || exit 3\n"
                + "for d in */" + quoted(context.installation().stateName()) + "/*/; do\n"
                + "  [ ! -f \"${d}" + Manifest.NAME + "\" ] || printf '%s\\n' \"$d\"\n"
                + "done");
        if (!result.succeeded()) {
            throw failure(result, "The backups in " + place + " could not be listed");
        }
        List<PlaceCopy> found = new ArrayList<>();
        for (String line : result.lines()) {
            String[] parts = line.split("/");
            if (parts.length == 3) {
                PlaceCopy.of(parts[0], parts[2], String.join("/", parts)).ifPresent(found::add);
            }
        }
        return found;
    }

    @Override
    public PlaceCopy send(Backup backup, List<PlaceCopy> others) {
        String parent = context.host().name() + "/" + context.installation().stateName();
        String arriving = parent + "/" + ARRIVING + backup.run();
        String last = parent + "/" + backup.run();
        require(shell("umask 077; mkdir -p -- " + quoted(directory + "/" + arriving)), backup);
        List<String> copy = new ArrayList<>(List.of("-rlt", "--delete", "--partial", "--info=progress2"));
        // unchanged files are hard links there, too
        others.stream()
                .filter(other ->
                        other.id().startsWith(parent + "/") && !other.backup().equals(backup.run()))
                .reduce((older, newer) -> newer)
                .ifPresent(newest -> copy.add("--link-dest=../" + newest.backup()));
        for (boolean again : new boolean[] {false, true}) {
            if (again) {
                // sizes and times that are equal hid something
                copy.add("--checksum");
            }
            try (Reporter.Meter meter =
                    context.reporter().meter("handing over", backup.manifest().size())) {
                Progress progress = new Progress(meter);
                require(
                        context.host()
                                .run(rsync(copy)
                                        .add("--", backup.root() + "/", spelled(arriving) + "/")
                                        .standardOutput(new LineSink(progress::read))
                                        .limit(WORK)
                                        .build()),
                        backup);
            }
            if (isSame(backup, arriving)) {
                require(
                        shell("cd -- " + quoted(directory) + " || exit 3\n"
                                + "rm -rf -- " + quoted(parent + "/" + REPLACED + backup.run()) + "\n"
                                + "[ ! -e " + quoted(last) + " ] || mv -T -- " + quoted(last) + " "
                                + quoted(parent + "/" + REPLACED + backup.run()) + " || exit 1\n"
                                + "sync -f " + quoted(arriving) + " 2>/dev/null || sync\n"
                                + "mv -T -- " + quoted(arriving) + " " + quoted(last) + " || exit 1\n"
                                + "rm -rf -- " + quoted(parent + "/" + REPLACED + backup.run())),
                        backup);
                return new PlaceCopy(context.host().name(), backup.run(), last);
            }
        }
        throw new StageFailedException(
                "What rsync took to " + place + " is not what backup " + backup.root() + " holds.",
                Hint.of("Check the disk of that place, and verify the backup (verify-backup)."));
    }

    private void require(CommandResult result, Backup backup) {
        if (!result.succeeded()) {
            throw failure(result, "Backup " + backup.run() + " could not be taken to " + place);
        }
    }

    /** How far rsync says that it is. */
    private static final class Progress {
        private final Reporter.Meter meter;
        private long done;

        Progress(Reporter.Meter meter) {
            this.meter = meter;
        }

        void read(String line) {
            Matcher matcher = PROGRESS.matcher(line);
            if (matcher.matches()) {
                long bytes = Long.parseLong(matcher.group(1).replaceAll("[^0-9]", ""));
                meter.advance(Math.max(0, bytes - done));
                done = Math.max(done, bytes);
            }
        }
    }

    /** Compares every byte: both sides read everything. */
    @Override
    public boolean holds(PlaceCopy copy, Backup backup) {
        return isSame(backup, copy.id());
    }

    private boolean isSame(Backup backup, String there) {
        CommandResult result = context.host()
                .run(rsync(List.of("-rl", "--delete", "--checksum", "--dry-run", "--itemize-changes"))
                        .add("--", backup.root() + "/", spelled(there) + "/")
                        .limit(WORK)
                        .build());
        require(result, backup);
        return result.output().isBlank();
    }

    /** Each copy was compared byte by byte when it came. */
    @Override
    public void requireSound() {}

    @Override
    public void fetchManifest(PlaceCopy copy, Path file) {
        CommandResult result = context.host()
                .run(rsync(List.of())
                        .add("--", spelled(copy.id()) + "/" + Manifest.NAME, file.toString())
                        .limit(QUESTION)
                        .build());
        if (!result.succeeded()) {
            throw failure(result, "The manifest of " + copy.backup() + " in " + place + " could not be read");
        }
    }

    @Override
    public void fetch(PlaceCopy copy, Path to, long bytes) {
        CommandResult result;
        try (Reporter.Meter meter = context.reporter().meter("fetching", bytes)) {
            Progress progress = new Progress(meter);
            result = context.host()
                    .run(rsync(List.of("-rlpt", "--chmod=D700,F600", "--info=progress2"))
                            .add("--", spelled(copy.id()) + "/", to + "/")
                            .standardOutput(new LineSink(progress::read))
                            .limit(WORK)
                            .build());
        }
        if (!result.succeeded()) {
            throw failure(result, "Backup " + copy.backup() + " could not be brought from " + place);
        }
    }

    private Command.Builder rsync(List<String> options) {
        Command.Builder command = Command.of(PROGRAM, "-s").add(options);
        login.ifPresent(ssh -> command.add(SILENCE, "-e", ssh.command()));
        return command;
    }

    private String spelled(String below) {
        String path = directory + "/" + below;
        return login.map(ssh -> ssh.name() + ":" + path).orElse(path);
    }

    private CommandResult shell(String script) {
        return login.map(ssh -> ssh.run(script, QUESTION)).orElseGet(() -> context.host()
                .run(Command.of("sh")
                        .standardInput(new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8)))
                        .limit(QUESTION)
                        .build()));
    }

    private static String quoted(String word) {
        return RemoteCommand.quoted(word);
    }

    private RuntimeException failure(CommandResult result, String what) {
        boolean full = result.tail().contains("No space left");
        if (login.isPresent() && !full && (LOST.contains(result.exitStatus()) || result.timedOut())) {
            return new UnreachablePlaceException(
                    place.toString(), result.timedOut() ? "it took too long." : result.ending(), null);
        }
        return new StageFailedException(
                what + ": the command " + (result.timedOut() ? "did not end in time" : result.ending()),
                Hint.of("Check the room, the rights and the disk of that place, then run the goal again."));
    }

    @Override
    public void close() {
        login.ifPresent(PlaceLogin::close);
    }
}
